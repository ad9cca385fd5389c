/** The API's client: one for the page, made when it is known where the API is and who asks. */

import createClient, { type Client } from "openapi-fetch";
import { currentLocale } from "../i18n/strings";
import { Refused, Unreachable } from "./errors";
import type { paths } from "./schema";

interface Settings {
  /** Such as `/api/v1`. */
  api: string;
  /** The headers that say who asks. */
  identify(): Promise<Record<string, string>>;
  /** Is told when a request was refused for want of a valid token. */
  onUnauthorized(): void;
}

let client: Client<paths> | undefined;
let settings: Settings | undefined;

export function connect(given: Settings): void {
  const { identify, onUnauthorized } = given;
  settings = given;
  // What a user has seen is not for the browser's cache, which nobody can empty when they sign out.
  client = createClient<paths>({ baseUrl: baseOf(given), cache: "no-store" });
  client.use({
    async onRequest({ request }) {
      request.headers.set("Accept-Language", currentLocale());
      for (const [name, value] of Object.entries(await identify())) request.headers.set(name, value);
    },
    onResponse({ response }) {
      if (response.status === 401) onUnauthorized();
    },
  });
}

export function api(): Client<paths> {
  if (client === undefined) throw new Error("not connected");
  return client;
}

/** A request that something else sends, such as a player: its whole URL, and the headers that say who asks. */
export function requestTo(path: string): { url: string; headers(): Promise<Record<string, string>> } {
  if (settings === undefined) throw new Error("not connected");
  const { identify } = settings;
  return {
    url: new URL(baseOf(settings) + path, location.href).href,
    headers: async () => ({ "Accept-Language": currentLocale(), ...(await identify()) }),
  };
}

function baseOf({ api }: Settings): string {
  return api.replace(/\/api\/v1\/?$/, "");
}

/**
 * The data of an answer.
 *
 * @throws Refused when the service says no, Unreachable when nobody answers.
 */
export async function answered<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await reached(call);
  if (!response.ok || data === undefined) throw new Refused(response.status, error);
  return data;
}

/** The answer, whatever it is. Throws Unreachable when there is none. */
export async function reached<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof TypeError) throw new Unreachable(error.message);
    throw error;
  }
}
