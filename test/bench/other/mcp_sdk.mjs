// The other side of P-11: a server of the official SDK with one tool that reads a row by a prepared statement. One session
// that lasts, and plain JSON for answers: both are faster than its other forms.
//   node mcp_sdk.mjs PORT; the row is that of the variables BENCH_STATEMENT and BENCH_POOL, the database libpq's variables.
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';

const require = createRequire(`${process.env.NODE_PATH}/`);
const { McpServer } = require('@modelcontextprotocol/sdk/server/mcp.js');
const { StreamableHTTPServerTransport } = require('@modelcontextprotocol/sdk/server/streamableHttp.js');
const { z } = require('zod');
const { Pool } = require('pg');

const pool = new Pool({ max: Number(process.env.BENCH_POOL) });
const server = new McpServer({ name: 'bench', version: '1.0.0' });
server.registerTool('get_job', {
	description: 'Get a job',
	inputSchema: { agency_id: z.string(), job_id: z.string() },
	outputSchema: { job: z.record(z.any()) },
}, async ({ agency_id, job_id }) => {
	const { rows } = await pool.query({ name: 'row', text: process.env.BENCH_STATEMENT, values: [agency_id, job_id] });
	const structuredContent = { job: rows[0] };
	return { structuredContent, content: [{ type: 'text', text: JSON.stringify(structuredContent) }] };
});
const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID(), enableJsonResponse: true });
await server.connect(transport);
createServer((request, response) => {
	const parts = [];
	request.on('data', (part) => parts.push(part));
	request.on('end', () => transport.handleRequest(request, response, JSON.parse(Buffer.concat(parts).toString())));
}).listen(Number(process.argv[2]), '127.0.0.1');
