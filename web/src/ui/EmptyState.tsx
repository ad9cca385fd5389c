import type { ReactNode } from "react";

/** What a screen says when it has nothing to show, and where to go from there. */
export function EmptyState({ title, hint, children }: { title: string; hint?: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <svg className="empty-picture" viewBox="0 0 160 72" aria-hidden="true" focusable="false">
        <path data-hue="0" d="M8 16h58M8 56h40" />
        <path data-hue="1" d="M78 36h74" />
        <path data-hue="2" d="M60 56h52" />
      </svg>
      <p className="empty-title">{title}</p>
      {hint && <p className="empty-hint">{hint}</p>}
      {children}
    </div>
  );
}
