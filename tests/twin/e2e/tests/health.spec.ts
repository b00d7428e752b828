// Copyright: (c) 2026, the psp.rc_closure contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, test } from '@playwright/test';

test('the backend is healthy and takes traffic', async ({ request }) => {
  const health = await request.get('/health');
  expect(health.status()).toBe(200);
  expect(await health.json()).toEqual({ status: 'ok' });
  expect((await request.get('/ready')).status()).toBe(200);
});
