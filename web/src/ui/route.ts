/** Where the reader is, as the hash says: `#/`, `#/jobs?status=failed`, `#/jobs/<id>`, `#/pronunciations/<name>`. */

import { useSyncExternalStore } from "react";
import { isStatus, type JobStatus } from "../api/types";

export type Route =
  | { screen: "compose" }
  | { screen: "history"; status: JobStatus | undefined }
  | { screen: "job"; id: string }
  | { screen: "pronunciations"; name: string | undefined }
  | { screen: "unknown" };

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?", 2);
  if (path === "" || path === "/") return { screen: "compose" };
  if (path === "/jobs") {
    const status = new URLSearchParams(query).get("status");
    return { screen: "history", status: isStatus(status) ? status : undefined };
  }
  if (path === "/pronunciations") return { screen: "pronunciations", name: undefined };
  const name = /^\/pronunciations\/([0-9A-Za-z_-][0-9A-Za-z._-]*)$/.exec(path)?.[1];
  if (name !== undefined) return { screen: "pronunciations", name };
  const id = /^\/jobs\/([0-9A-Za-z-]+)$/.exec(path)?.[1];
  return id === undefined ? { screen: "unknown" } : { screen: "job", id };
}

export const paths = {
  compose: "#/",
  history: (status?: JobStatus) => (status === undefined ? "#/jobs" : `#/jobs?status=${status}`),
  job: (id: string) => `#/jobs/${id}`,
  pronunciations: (name?: string) => (name === undefined ? "#/pronunciations" : `#/pronunciations/${name}`),
};

export function go(path: string): void {
  location.hash = path;
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
