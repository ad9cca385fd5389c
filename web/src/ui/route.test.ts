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
  ["#/usage", { screen: "usage", month: undefined }],
  ["#/usage?month=2026-11", { screen: "usage", month: "2026-11" }],
  ["#/usage?month=2026-13", { screen: "usage", month: undefined }],
  ["#/webhooks", { screen: "webhooks", id: undefined }],
  ["#/webhooks/job", { screen: "webhooks", id: "job" }],
  ["#/webhooks/..%2F", { screen: "unknown" }],
  ["#/operators", { screen: "operators", view: { part: "usage", month: undefined } }],
  ["#/operators/limits", { screen: "operators", view: { part: "limits", userId: undefined } }],
  [
    "#/operators/jobs?day=2026-11-31x&status=lost",
    { screen: "operators", view: { part: "jobs", day: undefined, status: undefined, userId: "" } },
  ],
  ["#/operators/elsewhere", { screen: "unknown" }],
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
  expect(parseRoute(paths.usage("2026-11"))).toEqual({ screen: "usage", month: "2026-11" });
  expect(parseRoute(paths.webhooks("job"))).toEqual({ screen: "webhooks", id: "job" });
  expect(parseRoute(paths.operatorsLimits("a/b c&d?"))).toEqual({
    screen: "operators",
    view: { part: "limits", userId: "a/b c&d?" },
  });
  const filter = { day: "2026-11-30", status: "failed", userId: "a+b" } as const;
  expect(parseRoute(paths.operatorsJobs(filter))).toEqual({ screen: "operators", view: { part: "jobs", ...filter } });
  expect(parseRoute(paths.job("abc"))).toEqual({ screen: "job", id: "abc" });
});
