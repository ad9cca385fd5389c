import { Component, type ReactNode } from "react";
import { useSpeech } from "../i18n/strings";
import { Button } from "./Button";
import { EmptyState } from "./EmptyState";

/** Catches what breaks while a screen is drawn, so that the rest of the page stays. */
export class Crash extends Component<{ children: ReactNode }, { hasBroken: boolean }> {
  override state = { hasBroken: false };

  static getDerivedStateFromError = () => ({ hasBroken: true });

  override render() {
    return this.state.hasBroken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const { t } = useSpeech();
  return (
    <EmptyState title={t.errors.crashed} hint={t.errors.unreachableHint}>
      <Button look="primary" onClick={() => location.reload()}>
        {t.errors.reload}
      </Button>
    </EmptyState>
  );
}
