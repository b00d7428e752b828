// Copyright: (c) 2026, the psp.rc_closure contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
import { type APIRequestContext, expect, type Page, test } from '@playwright/test';

const TOKEN = process.env.API_TOKEN ?? '';
const HEADERS = { Authorization: `Bearer ${TOKEN}` };
// A player of the seed whose wallet holds hundreds; each run takes one.
const PLAYER = 42;
const CENTS = 100;

async function requestWithdrawal(request: APIRequestContext): Promise<number> {
  const answer = await request.post('/api/v1/withdrawals', {
    headers: HEADERS,
    data: { player_id: PLAYER, amount: CENTS },
  });
  expect(answer.status()).toBe(201);
  const withdrawal = await answer.json();
  expect(withdrawal).toMatchObject({ player_id: PLAYER, amount: CENTS, status: 'pending' });
  return withdrawal.id;
}

async function signIn(page: Page, token: string): Promise<void> {
  await page.goto('/admin/withdrawals');
  await page.getByTestId('login-token').fill(token);
  await page.getByTestId('login-submit').click();
}

test('a pending withdrawal is approved on the admin page', async ({ page, request }) => {
  const id = await requestWithdrawal(request);
  await signIn(page, TOKEN);

  const row = page.locator(`[data-testid="withdrawal-row"][data-id="${id}"]`);
  await expect(row).toContainText('1.00');
  await expect(row.getByTestId('status')).toHaveText('pending');

  const answered = page.waitForResponse(`**/api/v1/withdrawals/${id}/approve`);
  await row.getByTestId('approve').click();
  const answer = await answered;
  expect(answer.status()).toBe(200);
  const paid = await answer.json();
  expect(paid).toMatchObject({ id, amount: CENTS, status: 'paid' });
  expect(Date.parse(paid.paid_at)).not.toBeNaN();

  await expect(row.getByTestId('status')).toHaveText('paid');
  await expect(row.getByTestId('approve')).toBeDisabled();
});

test('a withdrawal is paid only once', async ({ request }) => {
  const id = await requestWithdrawal(request);
  const approve = () => request.post(`/api/v1/withdrawals/${id}/approve`, { headers: HEADERS });
  expect((await approve()).status()).toBe(200);
  const again = await approve();
  expect(again.status()).toBe(409);
  expect(await again.json()).toMatchObject({ error: { code: 'WITHDRAWAL_NOT_PENDING' } });
});

test('without the right token the page shows no withdrawal', async ({ page }) => {
  await signIn(page, 'not-the-token');
  await expect(page.getByRole('status')).toContainText('UNAUTHORIZED');
  await expect(page.getByTestId('withdrawal-row')).toHaveCount(0);
});
