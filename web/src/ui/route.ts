/** Where the reader is, as the hash says: `#/`, `#/jobs?status=failed&q=tea`, `#/jobs/<id>`, `#/pronunciations/<name>`, `#/sounds`. */

import { useSyncExternalStore } from "react";
import { isStatus, type JobStatus } from "../api/types";

export type Route =
  | { screen: "compose" }
  | { screen: "history"; status: JobStatus | undefined; q: string }
  | { screen: "job"; id: string }
  | { screen: "pronunciations"; name: string | undefined }
  | { screen: "sounds" }
  | { screen: "unknown" };

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?", 2);
  if (path === "" || path === "/") return { screen: "compose" };
  if (path === "/jobs") {
    const asked = new URLSearchParams(query);
    const status = asked.get("status");
    return { screen: "history", status: isStatus(status) ? status : undefined, q: asked.get("q") ?? "" };
  }
  if (path === "/sounds") return { screen: "sounds" };
  if (path === "/pronunciations") return { screen: "pronunciations", name: undefined };
  const name = /^\/pronunciations\/([0-9A-Za-z_-][0-9A-Za-z._-]*)$/.exec(path)?.[1];
  if (name !== undefined) return { screen: "pronunciations", name };
  const id = /^\/jobs\/([0-9A-Za-z-]+)$/.exec(path)?.[1];
  return id === undefined ? { screen: "unknown" } : { screen: "job", id };
}

export const paths = {
  compose: "#/",
  history: (status?: JobStatus, q = "") => {
    const query = new URLSearchParams({ ...(status && { status }), ...(q !== "" && { q }) }).toString();
    return query === "" ? "#/jobs" : `#/jobs?${query}`;
  },
  job: (id: string) => `#/jobs/${id}`,
  sounds: "#/sounds",
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
