// Copyright: (c) 2026, the psp.rc_closure contributors
// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, test } from "@playwright/test";

test("para çekme", async ({ request }) => {
  const ready = await request.get(`${process.env.DEFTER_URL}/svc/healthz/ready`);
  expect(await ready.json()).toEqual({ durum: "hazır" });
});
