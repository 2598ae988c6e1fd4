//! What the administrator decides about the gateway.

use std::time::Duration;

use crate::{listen, peer::Proxies, vet::Rules};

/// How the gateway is reached and what it bears.
#[derive(Clone, Debug)]
pub struct GatewayConfig {
    /// What follows a visit's label in the host name, with the port when it is not the scheme's own:
    /// `gate.localhost:7001` makes hosts like `a1b2.gate.localhost:7001`.
    pub suffix: String,
    /// As the browser sees it.
    pub scheme: Scheme,
    /// Peers whose `X-Forwarded-Proto` counts; anybody else's is ignored.
    pub trusted_proxies: Proxies,
    pub limits: Limits,
}

/// What stands before `://`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Http,
    Https,
}

impl Scheme {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// Bounds on everything that could grow.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub head_bytes: usize,
    pub headers: usize,
    pub head_timeout: Duration,
    /// For how long a browser may take nothing of an answer; players pause.
    pub write_stall: Duration,
    pub connections: usize,
    /// Largest request body; streamed, not collected.
    pub body_bytes: u64,
    pub connect_timeout: Duration,
    /// From the request to the head of the answer.
    pub response_timeout: Duration,
    /// After the shutdown began.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_bytes: 32 * 1024,
            headers: 100,
            head_timeout: Duration::from_secs(10),
            write_stall: Duration::from_secs(5 * 60),
            connections: 4096,
            body_bytes: 64 * 1024 * 1024,
            connect_timeout: Duration::from_secs(5),
            response_timeout: Duration::from_secs(60),
            grace: Duration::from_secs(5),
        }
    }
}

impl Limits {
    pub(crate) fn listener(self) -> listen::Limits {
        listen::Limits {
            rules: Rules { head_bytes: self.head_bytes, headers: self.headers, websocket: true },
            // Cutting a visit's stream severs its connection, which HTTP/2 would share with others.
            http2: false,
            head_timeout: self.head_timeout,
            write_stall: self.write_stall,
            connections: self.connections,
            grace: self.grace,
        }
    }
}

impl GatewayConfig {
    /// A configuration with the default limits and no trusted proxy.
    pub fn new(suffix: impl Into<String>, scheme: Scheme) -> Self {
        Self {
            suffix: suffix.into().to_ascii_lowercase(),
            scheme,
            trusted_proxies: Proxies::default(),
            limits: Limits::default(),
        }
    }
}
