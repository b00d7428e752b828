// Copyright: (c) 2026, the psp.rc_closure contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// report.html in a real Chromium. test_page.py writes the pages, and what must be found on them, to $PAGES.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect, test, type Page } from '@playwright/test';

interface Failed { criterion: string; reason: string; steps: string[] }
interface Report { name: string; failed: Failed[] }
interface Finding { id: string; impact?: string | null; nodes: { html: string }[] }

const pages = process.env.PAGES ?? '';
const reports: Report[] = JSON.parse(readFileSync(path.join(pages, 'reports.json'), 'utf8'));
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const address = (name: string) => pathToFileURL(path.join(pages, `${name}.html`)).href;

// What a page must never do: complain, open a dialog, ask for anything but itself.
function watch(page: Page, own: string): string[] {
  const seen: string[] = [];
  page.on('console', (message) => seen.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => seen.push(`error: ${error}`));
  page.on('dialog', (dialog) => { seen.push(`dialog: ${dialog.message()}`); void dialog.dismiss(); });
  page.on('request', (request) => { if (request.url() !== own) seen.push(`request: ${request.url()}`); });
  return seen;
}

async function serious(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => (await (window as any).axe.run()).violations) as Finding[];
  return found
    .filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).slice(0, 3).join(' | ')}`);
}

for (const found of reports) {
  const { name, failed } = found;

  test(`${name}: it works by its own script and style, and asks no one`, async ({ page }) => {
    const seen = watch(page, address(name));
    await page.goto(address(name));
    for (const one of await page.locator('section.package').all()) {
      for (const button of await one.getByRole('button', { name: 'Open all' }).all()) await button.click();
    }
    expect(await page.locator('.package:has(.steps) details:not([open])').count()).toBe(0);
    await page.getByRole('searchbox', { name: 'Search steps' }).fill('e');
    // A breach of the policy is a message, too.
    expect(seen).toEqual([]);
    // The style was taken: a browser's own has no such width.
    expect(await page.locator('main').evaluate((main) => getComputedStyle(main).maxWidth)).toMatch(/px$/);
  });

  // The others have no other elements.
  for (const colorScheme of reports.indexOf(found) < 2 ? (['light', 'dark'] as const) : []) {
    test(`${name}: axe finds nothing serious, ${colorScheme}`, async ({ browser }) => {
      const page = await browser.newPage({ colorScheme });
      await page.goto(address(name));
      expect(await serious(page)).toEqual([]);
      await page.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
      expect(await serious(page)).toEqual([]);
      await page.close();
    });
  }

  if (!failed.length) continue;

  for (const javaScriptEnabled of [true, false]) {
    test(`${name}: three clicks lead to each failing fact, script ${javaScriptEnabled}`, async ({ browser }) => {
      const context = await browser.newContext({ javaScriptEnabled });
      const page = await context.newPage();
      for (const [index, { criterion, reason, steps }] of failed.entries()) {
        await page.goto(address(name));
        const top = page.getByRole('region', { name: 'What failed' });
        let clicks = 0;
        if (index > 0) {
          await top.locator(`a[href="#${criterion}"]`).click();
          clicks += 1;
        }
        const shown = index > 0 ? page.locator(`#${criterion}`) : top.locator('details[open] .body');
        await expect(shown).toBeInViewport();
        await expect(shown.getByText(reason, { exact: true })).toBeVisible();
        if (steps.length) {
          await shown.locator(`a[href="#${steps[0]}"]`).click();
          clicks += 1;
          await expect(page.locator(`#${steps[0]}`)).toBeInViewport();
          await expect(page.locator(`#${steps[0]} pre`).first()).toBeVisible();
        }
        expect(clicks).toBeLessThanOrEqual(3);
      }
      await context.close();
    });
  }
}

const [first] = reports;

test('each link opens what it leads to', async ({ page }) => {
  await page.goto(address(first.name));
  const links = await page.locator('main a[href^="#"]').evaluateAll((all) => [...new Set(all.map((one) => one.getAttribute('href')))]);
  expect(links.length).toBeGreaterThan(20);
  for (const link of links) {
    await page.goto(address(first.name) + link);
    await expect(page.locator(link as string)).toBeInViewport();
  }
});

test('the search shows the steps that have the words, and a link ends it', async ({ page }) => {
  await page.goto(address(first.name));
  const box = page.getByRole('searchbox', { name: 'Search steps' });
  await box.fill('reconciliation/RUNS');
  const steps = page.locator('.step:visible');
  const count = await steps.count();
  expect(count).toBeGreaterThan(0);
  expect(await page.locator('.step').count()).toBeGreaterThan(count);
  for (const text of await steps.allTextContents()) expect(text.toLowerCase()).toContain('reconciliation/runs');
  await expect(page.locator('output')).toHaveText(`${count} of ${await page.locator('.step').count()} steps`);
  await expect(page.getByRole('heading', { name: 'Verdicts' })).toBeHidden();
  await page.getByRole('link', { name: 'Provenance' }).click();
  await expect(page.getByRole('heading', { name: 'Provenance' })).toBeInViewport();
  await box.fill('no such words');
  await expect(steps).toHaveCount(0);
  await box.press('Escape');
  await expect(page.getByRole('heading', { name: 'Verdicts' })).toBeVisible();
});

test('a stream is copied as it is', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(address(first.name));
  const step = page.locator('.step').first();
  await step.locator('summary').click();
  const block = step.locator('.block').last();
  await block.getByRole('button').click();
  await expect(block.getByRole('button')).toHaveText('Copied');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await block.locator('pre').textContent());
});

test('the keyboard leads past the contents to the verdict, and opens a step', async ({ page }) => {
  await page.goto(address(first.name));
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to the verdict' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();
  const summary = page.locator('.step summary').first();
  await summary.focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('.step pre').first()).toBeVisible();
});

test('it fits a narrow screen, and prints its criteria in full', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  for (const { name } of reports) {
    await page.goto(address(name));
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  }
  await page.emulateMedia({ media: 'print' });
  await expect(page.locator('.criterion:not([open]) dd').first()).toBeVisible();
  await expect(page.getByRole('searchbox')).toBeHidden();
});
