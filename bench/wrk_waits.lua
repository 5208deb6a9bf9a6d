-- For wrk -s: prints milliseconds that so many percent of the answers took at most, a percentile a
-- line, as bench/open_loop.cc does. wrk's clients ask again only when they are answered.
local percentiles = {1, 10, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.75, 99.9, 99.95, 99.975, 99.99}

function done(_, latency, _)
  for _, percentile in ipairs(percentiles) do
    io.write(string.format("wait %g %.3f\n", percentile, latency:percentile(percentile) / 1000))
  end
end
