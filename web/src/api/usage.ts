/** What has been billed, and how much may be. */

import { useQuery } from "@tanstack/react-query";
import { answered, api } from "./client";
import type { Usage } from "./types";

/** While characters are reserved, jobs are at work that will bill them. */
const WHILE_AT_WORK_MS = 5_000;

/** The user's usage of a month such as 2026-11, in UTC; of the current one when none is named. */
export function useUsage(month: string | undefined) {
  return useQuery({
    queryKey: ["usage", month ?? "now"],
    queryFn: ({ signal }): Promise<Usage> =>
      answered(api().GET("/api/v1/usage", { params: { query: month === undefined ? {} : { month } }, signal })),
    refetchInterval: ({ state }) => ((state.data?.total.reserved_characters ?? 0) > 0 ? WHILE_AT_WORK_MS : false),
  });
}
