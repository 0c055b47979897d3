-- What a run of wrk found, as one line of JSON: times in microseconds.
local steps = { 1, 5, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92, 94, 95, 96, 97, 98, 98.5, 99, 99.5, 99.9 }

function done(summary, latency, requests)
  local parts = {}
  for index, step in ipairs(steps) do
    parts[index] = string.format("[%g,%d]", step, latency:percentile(step))
  end
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"microseconds":%d,"mean":%.1f,"errors":%d,"percentiles":[%s]}\n',
    summary.requests, summary.duration, latency.mean,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    table.concat(parts, ",")
  ))
end
