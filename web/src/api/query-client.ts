import { QueryCache, QueryClient } from "@tanstack/react-query";
import { isPassing, Unreachable } from "./errors";
import { noteReached, noteUnreachable } from "./reachability";

/** One cache for the page. What is passing is asked again twice; what the service refuses is not. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof Unreachable) noteUnreachable();
      },
      onSuccess: noteReached,
    }),
    defaultOptions: {
      queries: {
        retry: (failures, error) => isPassing(error) && failures < 2,
        retryDelay: (failures) => 500 * 2 ** failures,
        networkMode: "always",
        refetchOnReconnect: true,
      },
      mutations: { networkMode: "always" },
    },
  });
}
