import { expect, it } from "vitest";
import { isSecretMissing } from "./webhooks";

it.each([
  ["webhook_url", "you have no secret for signing its requests; create one with POST /webhooks/job/rotate", true],
  ["webhook_url", "還沒有用來簽署的密鑰，請先以 POST /webhooks/job/rotate 取得", true],
  ["webhook_url", "must begin with https://", false],
  ["title", "POST /webhooks/job/rotate", false],
])("tells a missing secret from other problems: %s: %s", (field, message, isMissing) => {
  expect(isSecretMissing({ field, message })).toBe(isMissing);
});
