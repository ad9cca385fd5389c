/** Shows: what the episodes of a series have in common. Listed, read, kept, deleted. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answered, api, reached } from "./client";
import { Refused } from "./errors";
import type { Show, ShowFields, ShowSummary } from "./types";

const LIST = ["shows"];

/** All shows, by name, without what they hold. */
export function useShows() {
  return useQuery({
    queryKey: LIST,
    queryFn: async ({ signal }): Promise<ShowSummary[]> =>
      (await answered(api().GET("/api/v1/shows", { signal }))).items,
  });
}

export function fetchShow(name: string): Promise<Show> {
  return answered(api().GET("/api/v1/shows/{name}", { params: { path: { name } } }));
}

/** Keep a show, in place of one of the same name if `isAgain`. */
export function useKeepShow() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, fields, isAgain }: { name: string; fields: ShowFields; isAgain: boolean }) =>
      answered(
        api().PUT("/api/v1/shows/{name}", {
          params: { path: { name }, header: isAgain ? {} : { "If-None-Match": "*" as const } },
          body: fields,
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: LIST }),
  });
}

export function useDeleteShow() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (name: string) => {
      const { error, response } = await reached(api().DELETE("/api/v1/shows/{name}", { params: { path: { name } } }));
      if (!response.ok && response.status !== 404) throw new Refused(response.status, error);
    },
    onSettled: () => client.invalidateQueries({ queryKey: LIST }),
  });
}
