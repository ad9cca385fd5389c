import { expect, it } from "vitest";
import { parseRoute, paths } from "./route";

it.each([
  ["", { screen: "compose" }],
  ["#/", { screen: "compose" }],
  ["#/jobs", { screen: "history", status: undefined }],
  ["#/jobs?status=failed", { screen: "history", status: "failed" }],
  ["#/jobs?status=lost", { screen: "history", status: undefined }],
  ["#/jobs/01a20b9b-4308-7e1a-aa2f-ca5cfa8f80d6", { screen: "job", id: "01a20b9b-4308-7e1a-aa2f-ca5cfa8f80d6" }],
  ["#/jobs/..%2F..", { screen: "unknown" }],
  ["#/pronunciations", { screen: "pronunciations", name: undefined }],
  ["#/pronunciations/brands_2.0", { screen: "pronunciations", name: "brands_2.0" }],
  ["#/pronunciations/..", { screen: "unknown" }],
  ["#/elsewhere", { screen: "unknown" }],
])("%j leads to %j", (hash, route) => {
  expect(parseRoute(hash)).toEqual(route);
});

it("leads back to where a path was made for", () => {
  expect(parseRoute(paths.history("completed"))).toEqual({ screen: "history", status: "completed" });
  expect(parseRoute(paths.job("abc"))).toEqual({ screen: "job", id: "abc" });
});
