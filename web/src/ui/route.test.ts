import { expect, it } from "vitest";
import { parseRoute, paths } from "./route";

it.each([
  ["", { screen: "compose" }],
  ["#/", { screen: "compose" }],
  ["#/jobs", { screen: "history", status: undefined, q: "" }],
  ["#/jobs?status=failed", { screen: "history", status: "failed", q: "" }],
  ["#/jobs?status=lost&q=tea", { screen: "history", status: undefined, q: "tea" }],
  ["#/jobs/01a20b9b-4308-7e1a-aa2f-ca5cfa8f80d6", { screen: "job", id: "01a20b9b-4308-7e1a-aa2f-ca5cfa8f80d6" }],
  ["#/jobs/..%2F..", { screen: "unknown" }],
  ["#/pronunciations", { screen: "pronunciations", name: undefined }],
  ["#/pronunciations/brands_2.0", { screen: "pronunciations", name: "brands_2.0" }],
  ["#/pronunciations/..", { screen: "unknown" }],
  ["#/sounds", { screen: "sounds" }],
  ["#/sounds/..", { screen: "unknown" }],
  ["#/elsewhere", { screen: "unknown" }],
])("%j leads to %j", (hash, route) => {
  expect(parseRoute(hash)).toEqual(route);
});

it("leads back to where a path was made for", () => {
  expect(paths.history()).toBe("#/jobs");
  for (const [status, q] of [
    ["completed", ""],
    ["failed", "茶 & tea? 100%"],
    [undefined, "a+b "],
  ] as const)
    expect(parseRoute(paths.history(status, q))).toEqual({ screen: "history", status, q });
  expect(parseRoute(paths.job("abc"))).toEqual({ screen: "job", id: "abc" });
});
