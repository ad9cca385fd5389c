import type { Sound } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { Icon } from "../ui/icons";
import { wasSent } from "./uploads";

const ICONS = { waiting: "wait", ready: "check", failed: "cross" } as const;
const LOOKS = { waiting: "pending", ready: "completed", failed: "failed" } as const;

/** Whether a sound can be used. */
export function SoundStatus({ sound: { id, status } }: { sound: Pick<Sound, "id" | "status"> }) {
  const { t } = useSpeech();
  return (
    <span className="pill" data-status={LOOKS[status]}>
      <Icon name={ICONS[status]} />
      {status === "waiting" && wasSent(id) ? t.sounds.checking : t.sounds.status[status]}
    </span>
  );
}
