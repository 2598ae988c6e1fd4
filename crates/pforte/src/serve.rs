//! Running the server: database, application, portal and gateway, until a signal ends it.

use std::{
    fs::{File, OpenOptions},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use pforte_gateway::{
    Gateway, GatewayConfig, Scheme,
    listen::{self, Connection, Pace, Timed},
};
use pforte_server::{App, MailTarget, Parts, Settings, Shared, cx::Clock};
use pforte_store::{Db, DbConfig};
use rustix::fs::{FlockOperation, flock};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::{
    Failure,
    config::{self, Config, Listener},
    pages, private, secrets_file, socket,
    sources::{self, SystemRandom},
    tls,
};

/// How long a refused PIN's answer takes at least (control 8).
const PIN_ANSWER_FLOOR: Duration = Duration::from_millis(250);

/// What makes this server differ from others with the same configuration.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mode {
    /// Sample people may be chosen at sign-in.
    pub demo: bool,
}

/// Runs the server that a configuration file describes.
pub async fn run(path: &Path) -> Result<(), Failure> {
    let config = config::read(path)?;
    let started = start(&config, Mode::default()).await?;
    println!("Portal and desk at {}", config.portal.origin());
    started.wait().await
}

/// A server that is up.
pub struct Started {
    pub app: Shared,
    stop: CancellationToken,
    tasks: tokio::task::JoinSet<std::io::Result<()>>,
    _lock: Option<File>,
}

/// Opens the database and starts the application, without listening. The file keeps others out.
pub async fn application(config: &Config, mode: Mode) -> Result<(Shared, Option<File>), Failure> {
    application_at(config, mode, sources::clock(mode.demo)).await
}

/// The same, with another clock than the machine's.
pub async fn application_at(
    config: &Config,
    mode: Mode,
    clock: Arc<dyn Clock>,
) -> Result<(Shared, Option<File>), Failure> {
    let secrets = secrets_file::read(&config.secrets)?;
    private::from_now_on();
    private::data(config)?;
    let lock = lock(&config.database)?;
    let db = Db::open(&config.database).await?;
    let parts = Parts {
        settings: settings(config, mode),
        products: config.products.clone(),
        secrets,
        clock,
        random: Arc::new(SystemRandom),
        db,
    };
    Ok((App::start(parts).await?, lock))
}

fn settings(config: &Config, mode: Mode) -> Settings {
    let mail = match &config.smtp {
        None => MailTarget::Folder(config.mail_folder.clone()),
        Some(smtp) => MailTarget::Smtp(smtp.clone()),
    };
    for sign_in in config.sign_ins.all() {
        // Doors need no mail: what waits goes out when somebody has signed in.
        if let Err(trouble) = sign_in.check() {
            tracing::warn!(%trouble, "mail servers cannot be signed in to");
        }
    }
    Settings {
        public_origin: config.portal.origin(),
        gateway_scheme: match config.gateway.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        },
        gateway_suffix: config.gateway.authority.clone(),
        demo: mode.demo,
        pin_answer_floor: PIN_ANSWER_FLOOR,
        mail,
        trusted_proxies: config.portal.trusted_proxies.clone(),
        support: config.incoming.support.clone(),
        max_mail_bytes: config.incoming.max_bytes,
        mail_dns: config.incoming.dns,
        attachments: config.attachments.clone(),
    }
}

/// One server holds an SQLite file; PostgreSQL has a lock of its own.
fn lock(database: &DbConfig) -> Result<Option<File>, Failure> {
    let DbConfig::Sqlite(path) = database else { return Ok(None) };
    let lock: PathBuf = path.with_extension("lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock)
        .map_err(|e| format!("cannot open {}: {e}", lock.display()))?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)
        .map_err(|_| format!("another Pforte server holds {}; stop it first", path.display()))?;
    Ok(Some(file))
}

/// Starts the application and both listeners.
pub async fn start(config: &Config, mode: Mode) -> Result<Started, Failure> {
    let began = Instant::now();
    // Mistakes in files are told first: whoever tries this beside a running server learns more than “in use”.
    secrets_file::read(&config.secrets)?;
    let portal_tls = tls::server(&config.portal)?;
    let gateway_tls = tls::server(&config.gateway)?;
    let portal = bind(&config.portal).await?;
    let gateway = bind(&config.gateway).await?;
    let mail = config.incoming.bind(config.portal.host()).await?;
    let (app, lock) = application(config, mode).await?;
    let stop = CancellationToken::new();
    let mut tasks = tokio::task::JoinSet::new();

    let pages = pforte_server::router(app.clone())
        .fallback_service(axum::routing::any(pages::page).with_state(app.clone()));
    let portal_service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let pages = pages.clone();
        async move {
            let (mut parts, body) = request.into_parts();
            let body = match parts.extensions.get::<Arc<Connection>>().cloned() {
                Some(connection) => {
                    parts.extensions.insert(ConnectInfo(connection.peer));
                    axum::body::Body::new(Timed::new(body, Pace::default(), &connection))
                }
                // Never so: the listener names it. Without it nothing could be bounded.
                None => axum::body::Body::empty(),
            };
            pages.oneshot(Request::from_parts(parts, body)).await
        }
    });
    let limits = listen::Limits::default();
    let connections = private::connections(limits.connections);
    let limits = (listen::Limits { connections, ..limits }, config.portal.trusted_proxies.clone());
    tasks.spawn(listen::serve(portal, portal_tls, limits, stop.clone(), portal_service));

    let gate = GatewayConfig::new(config.gateway.authority.clone(), config.gateway.scheme);
    let gate = GatewayConfig {
        trusted_proxies: config.gateway.trusted_proxies.clone(),
        limits: pforte_gateway::Limits { connections, ..gate.limits },
        ..gate
    };
    let gate = Gateway::new(gate, app.clone());
    let gate_stop = stop.clone();
    tasks.spawn(async move { gate.serve(gateway, gateway_tls, gate_stop).await });
    let intake = Arc::new(pforte_server::post::intake(app.clone()));
    config.incoming.start(mail, &intake, &stop, &mut tasks);
    tasks.spawn(socket::serve(socket::path(config), app.clone(), intake, stop.clone()));
    tracing::info!(millis = began.elapsed().as_millis(), "started");
    Ok(Started { app, stop, tasks, _lock: lock })
}

async fn bind(listener: &Listener) -> Result<TcpListener, Failure> {
    TcpListener::bind(listener.listen)
        .await
        .map_err(|e| format!("cannot listen on {}: {e}", listener.listen).into())
}

impl Started {
    /// Waits for a signal (or for a failed disk), then stops in order.
    pub async fn wait(mut self) -> Result<(), Failure> {
        let mut terminate = signal(SignalKind::terminate())?;
        let failed = tokio::select! {
            _ = terminate.recv() => false,
            _ = tokio::signal::ctrl_c() => false,
            () = self.app.failed.cancelled() => true,
        };
        if failed {
            // After a failed sync nothing more may be promised, an orderly end least of all.
            return Err("the disk failed to keep what was written; check it before starting again".into());
        }
        tracing::info!("stopping");
        self.app.shutdown.cancel();
        self.stop.cancel();
        while let Some(task) = self.tasks.join_next().await {
            task??;
        }
        self.app.stop().await;
        Ok(())
    }
}
