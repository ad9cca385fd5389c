// Judges requests by IAM policies. Reads [{statements, action, resource, context}] as JSON from standard input, and
// writes a list of "Allowed", "ImplicitlyDenied" or "ExplicitlyDenied", in the same order.
import { readFileSync } from "node:fs";
import { runSimulation } from "@cloud-copilot/iam-simulate";

const ACCOUNT = "123456789012";

async function judge({ statements, action, resource, context }) {
  const answer = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${ACCOUNT}:role/function`,
        action,
        resource: { resource, accountId: ACCOUNT },
        contextVariables: context,
      },
      identityPolicies: [{ name: "role", policy: { Version: "2012-10-17", Statement: statements } }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (answer.resultType === "error") {
    throw new Error(`${action} on ${resource}: ${JSON.stringify(answer.errors)}`);
  }
  return answer.overallResult;
}

const requests = JSON.parse(readFileSync(0, "utf-8"));
console.log(JSON.stringify(await Promise.all(requests.map(judge))));
