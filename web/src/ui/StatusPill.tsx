import type { JobStatus } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { Icon, type IconName } from "./icons";

const ICONS: Record<JobStatus, IconName> = {
  pending: "wait",
  processing: "work",
  completed: "check",
  failed: "cross",
  cancelled: "stop",
};

export function StatusPill({ status }: { status: JobStatus }) {
  const { t } = useSpeech();
  return (
    <span className="pill" data-status={status}>
      <Icon name={ICONS[status]} />
      {t.status[status]}
    </span>
  );
}
