-- The requests of P-11 for wrk: wrk -s calls.lua URL -- FILE. The file has whole HTTP requests, one behind the other with a
-- byte 30 between them and @ID@ where the number of the request goes; they are sent in turn. At the end one line of JSON.
local cases = {}
local count = 0

function init(arguments)
	local file = assert(io.open(arguments[1], "rb"))
	for case in file:read("*a"):gmatch("[^\30]+") do
		local head, tail = case:match("^(.*)@ID@(.*)$")
		cases[#cases + 1] = { head, tail }
	end
	file:close()
end

-- Seven digits, so that all requests and all answers of a case have one length.
function request()
	count = count + 1
	local case = cases[count % #cases + 1]
	return case[1] .. (1000000 + count) .. case[2]
end

function done(summary, latency)
	local errors = summary.errors
	print(string.format('{"requests":%d,"bytes":%d,"microseconds":%d,"p99":%d,"failed":%d}',
		summary.requests, summary.bytes, summary.duration, latency:percentile(99),
		errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
