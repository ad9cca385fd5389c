import type { Webhook } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { Icon } from "../ui/icons";

/** Whether an endpoint is told of anything. */
export function EndpointStatus({ webhook: { status } }: { webhook: Webhook }) {
  const { t } = useSpeech();
  return (
    <span className="pill" data-status={status === "enabled" ? "completed" : "cancelled"}>
      <Icon name={status === "enabled" ? "check" : "stop"} />
      {t.webhooks.status[status]}
    </span>
  );
}
