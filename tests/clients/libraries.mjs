// npm's `openai` and `ai` against a running service: node tests/clients/libraries.mjs http://127.0.0.1:8000
import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";
import { embed, generateObject, generateText, streamText } from "ai";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";

const baseURL = `${process.argv[2] ?? "http://127.0.0.1:8000"}/v1`;
const apiKey = process.env.TIZA_TEST_KEY ?? "none";
const question = "Who made the perceptron, and when?";
const messages = [{ role: "user", content: question }];
const Fact = z.object({ answer: z.string(), year: z.number().int().nullable() });
const Union = z.object({ answer: z.union([z.number(), z.string()]) });

const client = new OpenAI({ baseURL, apiKey });
const chat = client.chat.completions;
const openai = createOpenAI({ baseURL, apiKey });
const tiza = createOpenAICompatible({ baseURL, name: "tiza", apiKey, supportsStructuredOutputs: true });

const joined = async (parts, text) => {
  let whole = "";
  for await (const part of parts) whole += text(part) ?? "";
  return whole;
};
const parsed = async (schema) =>
  (await chat.parse({ model: "tiza", messages, response_format: zodResponseFormat(schema, "fact") })).choices[0].message.parsed;
const answers = (text) => String(text).includes("1957");

const rows = [
  ["openai", "chat", async () => (await chat.create({ model: "tiza", messages })).choices[0].message.content, answers],
  ["openai", "chat, streamed", async () => joined(await chat.create({ model: "tiza", messages, stream: true }), (part) => part.choices[0]?.delta?.content), answers],
  ["openai", "zod, nullable", () => parsed(Fact), (fact) => fact.year === 1957],
  ["openai", "zod, union", () => parsed(Union), (fact) => answers(fact.answer)],
  ["openai", "responses", async () => (await client.responses.create({ model: "tiza", input: question })).output_text, answers],
  ["openai", "responses, streamed", async () => joined(await client.responses.create({ model: "tiza", input: question, stream: true }), (event) => event.delta), answers],
  ["openai", "embeddings", async () => (await client.embeddings.create({ model: "tiza-embedding", input: "x" })).data[0].embedding, (vector) => vector.length === 384],
  ["ai", "openai(), which speaks responses", async () => (await generateText({ model: openai("tiza"), prompt: question })).text, answers],
  ["ai", "openai(), streamed", () => joined(streamText({ model: openai("tiza"), prompt: question }).textStream, (part) => part), answers],
  ["ai", "openai.chat()", async () => (await generateText({ model: openai.chat("tiza"), prompt: question })).text, answers],
  ["ai", "openai-compatible", async () => (await generateText({ model: tiza("tiza"), prompt: question })).text, answers],
  ["ai", "openai-compatible, streamed", () => joined(streamText({ model: tiza("tiza"), prompt: question }).textStream, (part) => part), answers],
  ["ai", "generateObject", async () => (await generateObject({ model: tiza("tiza"), schema: Fact, prompt: question })).object, (fact) => fact.year === 1957],
  ["ai", "generateObject by responses", async () => (await generateObject({ model: openai("tiza"), schema: Fact, prompt: question })).object, (fact) => fact.year === 1957],
  ["ai", "embed", async () => (await embed({ model: openai.textEmbeddingModel("tiza-embedding"), value: "x" })).embedding, (vector) => vector.length === 384],
];

let failed = 0;
for (const [library, what, call, check] of rows) {
  let said;
  try {
    said = check(await call()) ? "works" : "another answer";
  } catch (error) {
    said = String(error.message ?? error).slice(0, 100);
  }
  failed += said !== "works";
  console.log(`| npm ${library} | ${what} | ${said} |`);
}
process.exit(failed);
