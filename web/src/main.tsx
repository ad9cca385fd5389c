import { createRoot } from "react-dom/client";

createRoot(document.getElementById("root") as HTMLElement).render(
  <main>
    <h1>Castline</h1>
  </main>,
);
