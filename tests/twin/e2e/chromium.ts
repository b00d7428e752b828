// Copyright: (c) 2026, the psp.rc_closure contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Which Chromium the tests drive: $CHROMIUM_PATH, else the system's, else the one that the npm package
// @sparticuz/chromium carries, as e2e_setup.py unpacked it.
import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import path from 'node:path';

import type { LaunchOptions } from '@playwright/test';

const SYSTEM = ['chromium', 'google-chrome', 'google-chrome-stable'];
const CARRIED = path.join(__dirname, 'node_modules', '.chromium');
const MEMORY = '/dev/shm';

// The tests talk to loopback alone; what a browser fetches for itself only delays them.
const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-sync',
  '--metrics-recording-only',
  '--no-default-browser-check',
  '--no-first-run',
  '--no-pings',
];

export function launchOptions(): LaunchOptions {
  const given = process.env.CHROMIUM_PATH || system();
  if (given) return { executablePath: given, args: QUIET };
  return { executablePath: path.join(CARRIED, 'chromium'), args: QUIET, env: carriedEnvironment() };
}

// Chromium flushes its databases to disk before it ends, which takes half a minute on a busy disk.
export function useMemoryForProfiles(): void {
  try {
    accessSync(MEMORY, constants.W_OK);
    process.env.TMPDIR = MEMORY;
  } catch {
    // Then the profile lies where temporary files lie.
  }
}

function system(): string | undefined {
  const directories = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  return SYSTEM.flatMap((name) => directories.map((directory) => path.join(directory, name)))
    .filter((file) => existsSync(file))
    .find((file) => !isSnap(file));
}

// A snap sees neither the profile that Playwright makes nor the pipe it is driven through.
function isSnap(file: string): boolean {
  return realpathSync(file).split(path.sep).includes('snap');
}

// A machine without a desktop lacks NSS and fonts: the package carries both.
function carriedEnvironment(): Record<string, string> {
  const inherited = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    ...Object.fromEntries(inherited),
    LD_LIBRARY_PATH: path.join(CARRIED, 'al2023', 'lib'),
    FONTCONFIG_FILE: path.join(CARRIED, 'fonts.conf'),
  };
}
