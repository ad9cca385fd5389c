import { expect, it } from "vitest";
import { joinedCsv } from "./operators";

it("joins pages of CSV under one header", () => {
  const header = "user_id,day\r\n";
  expect(joinedCsv([`${header}a,2026-11-01\r\n`, `${header}b,2026-11-01\r\n`, header])).toBe(
    `${header}a,2026-11-01\r\nb,2026-11-01\r\n`,
  );
  expect(joinedCsv([header])).toBe(header);
});
