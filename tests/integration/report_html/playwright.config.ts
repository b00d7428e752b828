// Copyright: (c) 2026, the psp.rc_closure contributors
// SPDX-License-Identifier: GPL-3.0-or-later
import { defineConfig } from '@playwright/test';

import { launchOptions, useMemoryForProfiles } from '../../twin/e2e/chromium';

useMemoryForProfiles();

export default defineConfig({
  testDir: '.',
  outputDir: process.env.RESULTS,
  reporter: [['list']],
  forbidOnly: true,
  retries: 0,
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  use: { launchOptions: launchOptions() },
});
