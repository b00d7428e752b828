// Copyright: (c) 2026, the psp.rc_closure contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
import { defineConfig } from '@playwright/test';

import { launchOptions, useMemoryForProfiles } from './chromium';

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: the tests need BASE_URL and API_TOKEN`);
  return value;
}

required('API_TOKEN');
useMemoryForProfiles();

export default defineConfig({
  testDir: 'tests',
  reporter: [['list']],
  // A forgotten test.only would leave the rest out without a word.
  forbidOnly: true,
  retries: 0,
  workers: 1,
  timeout: 20_000,
  expect: { timeout: 5_000 },
  use: { baseURL: required('BASE_URL'), launchOptions: launchOptions() },
});
