import { loadEnv, type Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** What the service that serves the page answers; Vite's own server has to say it too. */
const localConfig: Plugin = {
  name: "local-config",
  configureServer(server) {
    server.middlewares.use("/config.json", (_request, response) => {
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify({ environment: "local", api: "/api/v1", sign_in: null }));
    });
  },
};

export default defineConfig(({ mode }) => {
  const service = loadEnv(mode, ".", "CASTLINE_").CASTLINE_URL ?? "http://127.0.0.1:8000";
  return {
    plugins: [localConfig],
    build: {
      target: "es2023",
      cssTarget: ["chrome123", "firefox121", "safari17.5"],
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      rolldownOptions: {
        // React Query marks modules for servers that render components; there is none here.
        onLog: (level, log, report) => {
          if (log.code !== "MODULE_LEVEL_DIRECTIVE") report(level, log);
        },
      },
    },
    server: { host: "127.0.0.1", proxy: { "/api": service, "/castline-audio/": service } },
    // A worker takes a second to start, and all tests together take one. Each undoes what it does to globals.
    test: { pool: "threads", isolate: false, maxWorkers: 1 },
  };
});
