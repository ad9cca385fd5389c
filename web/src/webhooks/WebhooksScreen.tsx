import { Endpoint } from "./Endpoint";
import { Webhooks } from "./Webhooks";
import "./webhooks.css";

/** All endpoints, or the one with `id`. */
export default function WebhooksScreen({ id }: { id: string | undefined }) {
  return id === undefined ? <Webhooks /> : <Endpoint key={id} id={id} />;
}
