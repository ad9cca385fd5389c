/** What has been billed, and how much may be. */

import { useQuery } from "@tanstack/react-query";
import { answered, api } from "./client";
import type { Usage } from "./types";

/** The user's usage of a month such as 2026-11, in UTC; of the current one when none is named. */
export function useUsage(month: string | undefined) {
  return useQuery({
    queryKey: ["usage", month ?? "now"],
    queryFn: ({ signal }): Promise<Usage> =>
      answered(api().GET("/api/v1/usage", { params: { query: month === undefined ? {} : { month } }, signal })),
  });
}
