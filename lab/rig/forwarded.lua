-- Several lines of X-Forwarded-For become one, in their order, so that the client is appended once and not to each line.
core.register_action("join_forwarded_for", { "http-req" }, function(txn)
  local lines = txn.http:req_get_headers()["x-forwarded-for"]
  local joined = lines[0]
  for index = 1, #lines do
    joined = joined .. ", " .. lines[index]
  end
  txn.http:req_set_header("X-Forwarded-For", joined)
end)
