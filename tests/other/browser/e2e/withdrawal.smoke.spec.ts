// Copyright: (c) 2026, the psp.rc_closure contributors
// SPDX-License-Identifier: GPL-3.0-or-later
import { test } from "@playwright/test";

test("para cekme", async () => {});
