// Copyright: (c) 2026, the psp.rc_closure contributors
// SPDX-License-Identifier: GPL-3.0-or-later
import { defineConfig } from "@playwright/test";

export default defineConfig({ testDir: "e2e", forbidOnly: true, retries: 0, workers: 1 });
