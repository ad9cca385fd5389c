import { expect, it } from "vitest";
import { dayOf, monthOf, monthsBefore } from "./months";

it("goes by UTC", () => {
  const newYear = Date.parse("2027-01-01T01:00:00+09:00");
  expect(monthOf(newYear)).toBe("2026-12");
  expect(dayOf(newYear)).toBe("2026-12-31");
});

it("offers a year and a month, the latest first", () => {
  const months = monthsBefore(Date.parse("2026-03-31T12:00:00Z"), "2026-03");
  expect(months).toHaveLength(13);
  expect(months.slice(0, 4)).toEqual(["2026-03", "2026-02", "2026-01", "2025-12"]);
  expect(months.at(-1)).toBe("2025-03");
});

it.each(["2030-01", "2020-01"])("offers the month that is shown: %s", (shown) => {
  expect(monthsBefore(Date.parse("2026-03-31T12:00:00Z"), shown)).toContain(shown);
});
