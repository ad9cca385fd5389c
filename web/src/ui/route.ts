/** Where the reader is, as the hash says: `#/`, `#/jobs?status=failed&q=tea`, `#/jobs/<id>`, `#/usage?month=2026-11`, … */

import { useSyncExternalStore } from "react";
import { isStatus, type JobStatus } from "../api/types";

export type Route =
  | { screen: "compose" }
  | { screen: "history"; status: JobStatus | undefined; q: string }
  | { screen: "job"; id: string }
  | { screen: "pronunciations"; name: string | undefined }
  | { screen: "sounds" }
  | { screen: "usage"; month: string | undefined }
  | { screen: "webhooks"; id: string | undefined }
  | { screen: "operators"; view: OperatorsView }
  | { screen: "unknown" };

/** What of the operators' screen is shown. Months and days are UTC's, such as 2026-11 and 2026-11-30. */
export type OperatorsView =
  | { part: "usage"; month: string | undefined }
  | { part: "jobs"; day: string | undefined; status: JobStatus | undefined; userId: string }
  | { part: "limits"; userId: string | undefined };

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?", 2);
  if (path === "" || path === "/") return { screen: "compose" };
  const asked = new URLSearchParams(query);
  const status = asked.get("status");
  if (path === "/jobs") {
    return { screen: "history", status: isStatus(status) ? status : undefined, q: asked.get("q") ?? "" };
  }
  if (path === "/sounds") return { screen: "sounds" };
  if (path === "/usage") return { screen: "usage", month: monthIn(asked) };
  if (path === "/webhooks") return { screen: "webhooks", id: undefined };
  const webhookId = /^\/webhooks\/([0-9A-Za-z-]+)$/.exec(path)?.[1];
  if (webhookId !== undefined) return { screen: "webhooks", id: webhookId };
  const view = operatorsView(path, asked);
  if (view) return { screen: "operators", view };
  if (path === "/pronunciations") return { screen: "pronunciations", name: undefined };
  const name = /^\/pronunciations\/([0-9A-Za-z_-][0-9A-Za-z._-]*)$/.exec(path)?.[1];
  if (name !== undefined) return { screen: "pronunciations", name };
  const id = /^\/jobs\/([0-9A-Za-z-]+)$/.exec(path)?.[1];
  return id === undefined ? { screen: "unknown" } : { screen: "job", id };
}

function operatorsView(path: string, asked: URLSearchParams): OperatorsView | undefined {
  if (path === "/operators") return { part: "usage", month: monthIn(asked) };
  if (path === "/operators/limits") return { part: "limits", userId: asked.get("user") || undefined };
  if (path !== "/operators/jobs") return undefined;
  const [day, status] = [asked.get("day") ?? "", asked.get("status")];
  return {
    part: "jobs",
    day: isDay(day) ? day : undefined,
    status: isStatus(status) ? status : undefined,
    userId: asked.get("user") ?? "",
  };
}

function monthIn(asked: URLSearchParams): string | undefined {
  const month = asked.get("month") ?? "";
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(month) ? month : undefined;
}

function isDay(day: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day));
}

function withQuery(path: string, asked: Record<string, string | undefined>): string {
  const given = Object.entries(asked).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

export const paths = {
  compose: "#/",
  history: (status?: JobStatus, q = "") => withQuery("#/jobs", { status, q }),
  job: (id: string) => `#/jobs/${id}`,
  sounds: "#/sounds",
  usage: (month?: string) => withQuery("#/usage", { month }),
  webhooks: (id?: string) => (id === undefined ? "#/webhooks" : `#/webhooks/${id}`),
  operators: (month?: string) => withQuery("#/operators", { month }),
  operatorsLimits: (userId?: string) => withQuery("#/operators/limits", { user: userId }),
  operatorsJobs: ({
    day,
    status,
    userId,
  }: {
    day?: string | undefined;
    status?: JobStatus | undefined;
    userId?: string;
  }) => withQuery("#/operators/jobs", { day, status, user: userId }),
  pronunciations: (name?: string) => (name === undefined ? "#/pronunciations" : `#/pronunciations/${name}`),
};

export function go(path: string): void {
  location.hash = path;
}

/** Go there without a step to come back from. */
export function replace(path: string): void {
  location.replace(path);
}

export function useRoute(): Route {
  return parseRoute(useHash());
}

export function useHash(): string {
  return useSyncExternalStore(subscribe, () => location.hash);
}

function subscribe(onChange: () => void): () => void {
  addEventListener("hashchange", onChange);
  return () => removeEventListener("hashchange", onChange);
}
