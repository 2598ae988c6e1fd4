-- Failed attempts that no longer count are forgotten with each new one.
CREATE INDEX sign_in_failure_at ON sign_in_failure (at);
