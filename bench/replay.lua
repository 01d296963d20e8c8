-- Sends the requests of a file, one a line: method, path and body, separated by tabs. Every line is sent once, by one
-- of the connections; after the last the first comes again.
local requests, position = {}, 0

function init(args)
  local headers = {["Authorization"] = os.getenv("BENCH_AUTHORIZATION"), ["Content-Type"] = "application/json"}
  for line in io.lines(os.getenv("BENCH_REQUESTS")) do
    local method, path, body = line:match("([^\t]*)\t([^\t]*)\t(.*)")
    requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
  end
end

function request()
  position = position % #requests + 1
  return requests[position]
end

function done(summary, latency)
  io.write(string.format(
    '{"requests":%d,"microseconds":%d,"errors":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
