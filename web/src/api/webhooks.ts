/** Webhooks: endpoints that are told of the user's jobs, their secrets and their deliveries. */

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answered, api, reached } from "./client";
import { Refused } from "./errors";
import type { FieldProblem, Webhook, WebhookDelivery, WebhookEvent } from "./types";

export const WEBHOOK_EVENTS: readonly WebhookEvent[] = ["job.started", "job.completed", "job.failed", "job.cancelled"];

/** The id under which the secret and the deliveries of jobs' own URLs are. */
export const JOB_WEBHOOK = "job";

/** The service's limits. */
export const MAX_WEBHOOKS = 10;
export const MAX_WEBHOOK_URL_CHARACTERS = 2048;
export const MAX_DESCRIPTION_CHARACTERS = 200;
export const DELIVERIES_KEPT_DAYS = 30;

const PAGE_SIZE = 20;
/** While a delivery is under way, its next attempt is seconds to hours off. */
const BUSY_MS = 3_000;
/** Others begin whenever a job starts or ends. */
const IDLE_MS = 10_000;

/** What a user can set of an endpoint. */
export interface WebhookFields {
  url: string;
  events: WebhookEvent[];
  description: string | null;
}

export type WebhookWithSecret = Webhook & { secret: string };

const LIST = ["webhooks", "list"];
const one = (id: string) => ["webhooks", "one", id];
const deliveriesOf = (id: string) => ["webhooks", "deliveries", id];

export function useWebhooks() {
  return useQuery({
    queryKey: LIST,
    queryFn: async ({ signal }): Promise<Webhook[]> => {
      const { items } = await answered(api().GET("/api/v1/webhooks", { signal }));
      return items;
    },
  });
}

/** An endpoint; null when there is none of this id. */
export function useWebhook(id: string) {
  return useQuery({
    queryKey: one(id),
    queryFn: async ({ signal }): Promise<Webhook | null> => {
      try {
        return await answered(
          api().GET("/api/v1/webhooks/{webhook_id}", { params: { path: { webhook_id: id } }, signal }),
        );
      } catch (error) {
        if (error instanceof Refused && error.status === 404) return null;
        throw error;
      }
    },
  });
}

export function useCreateWebhook() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (fields: WebhookFields): Promise<WebhookWithSecret> =>
      answered(api().POST("/api/v1/webhooks", { body: fields })),
    onSuccess: () => client.invalidateQueries({ queryKey: LIST }),
  });
}

/** Change what is given of an endpoint. */
export function useChangeWebhook(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (changes: Partial<WebhookFields> & { status?: Webhook["status"] }): Promise<Webhook> =>
      answered(api().PATCH("/api/v1/webhooks/{webhook_id}", { params: { path: { webhook_id: id } }, body: changes })),
    onSuccess: (webhook) => {
      client.setQueryData(one(id), webhook);
      return client.invalidateQueries({ queryKey: LIST });
    },
  });
}

/** Make another secret for an endpoint, or the first one for jobs' own URLs. */
export function useRotateSecret(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (): Promise<WebhookWithSecret> =>
      answered(api().POST("/api/v1/webhooks/{webhook_id}/rotate", { params: { path: { webhook_id: id } } })),
    onSuccess: ({ secret: _, ...webhook }) => {
      client.setQueryData(one(id), webhook);
      return client.invalidateQueries({ queryKey: LIST });
    },
    // A secret is shown once, and is not for the cache.
    gcTime: 0,
  });
}

export function useDeleteWebhook(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const { error, response } = await reached(
        api().DELETE("/api/v1/webhooks/{webhook_id}", { params: { path: { webhook_id: id } } }),
      );
      if (!response.ok && response.status !== 404) throw new Refused(response.status, error);
    },
    onSuccess: () => client.invalidateQueries({ queryKey: LIST }),
  });
}

/** The deliveries of an endpoint, newest first, page by page; asked for again often while one of them is under way. */
export function useDeliveries(id: string, { enabled }: { enabled: boolean }) {
  return useInfiniteQuery({
    queryKey: deliveriesOf(id),
    queryFn: ({ pageParam, signal }): Promise<{ items: WebhookDelivery[]; next_cursor: string | null }> => {
      const query = { limit: PAGE_SIZE, ...(pageParam !== undefined && { cursor: pageParam }) };
      return answered(
        api().GET("/api/v1/webhooks/{webhook_id}/deliveries", {
          params: { path: { webhook_id: id }, query },
          signal,
        }),
      );
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: ({ state }) => (state.data?.pages.some(({ items }) => items.some(isUnderWay)) ? BUSY_MS : IDLE_MS),
    enabled,
  });
}

export function useSendTest(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (): Promise<WebhookDelivery> =>
      answered(api().POST("/api/v1/webhooks/{webhook_id}/test", { params: { path: { webhook_id: id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: deliveriesOf(id) }),
  });
}

export function useRedeliver(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (deliveryId: string): Promise<WebhookDelivery> =>
      answered(
        api().POST("/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver", {
          params: { path: { webhook_id: id, delivery_id: deliveryId } },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: deliveriesOf(id) }),
  });
}

function isUnderWay({ status }: WebhookDelivery): boolean {
  return status === "pending";
}

/** Whether a job was refused because its webhook URL needs a secret that there is not: its message names the route. */
export function isSecretMissing({ field, message }: FieldProblem): boolean {
  return field === "webhook_url" && message.includes("/webhooks/job/rotate");
}
