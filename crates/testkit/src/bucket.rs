//! An S3 server of the test's own, that verifies signatures, on a free port of this machine.
//!
//! Its buckets are folders, so that a test may look at what lies there, and change it.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use pforte_server::{BucketSettings, Waits};
use s3s::{
    auth::SimpleAuth,
    config::{S3Config, StaticConfigProvider},
    service::{S3Service, S3ServiceBuilder},
};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

const BUCKET: &str = "pforte-test";
const PREFIX: &str = "files/of-us";
const KEY_ID: &str = "TESTKEYID";
const SECRET: &str = "only-for-this-test";

/// A running server with one bucket; it ends with the value.
pub struct TestBucket {
    folder: TempDir,
    address: SocketAddr,
    stop: watch::Sender<bool>,
}

impl TestBucket {
    /// Starts it with an empty bucket.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join(BUCKET)).expect("a bucket");
        let service = service(folder.path());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(serve(listener, service, stopped));
        Self { folder, address, stop }
    }

    /// How to reach it, with short waits.
    pub fn settings(&self) -> BucketSettings {
        BucketSettings {
            endpoint: format!("http://{}", self.address),
            region: "eu-test-1".into(),
            bucket: BUCKET.into(),
            prefix: PREFIX.into(),
            path_style: true,
            access_key_id: KEY_ID.into(),
            secret_access_key: SECRET.into(),
            ca: None,
            waits: Waits {
                connect: Duration::from_secs(1),
                idle: Duration::from_secs(2),
                whole: Duration::from_secs(20),
                attempts: 2,
                pause: Duration::from_millis(10),
            },
        }
    }

    /// The folder in which the objects below the prefix lie.
    pub fn objects(&self) -> PathBuf {
        self.folder.path().join(BUCKET).join(PREFIX)
    }

    /// Ends the server: every connection is cut, and nobody listens.
    pub async fn stop(&self) {
        self.stop.send_replace(true);
        self.stop.closed().await;
    }
}

/// The clocks of tests stand still; signatures may be of any time.
fn service(folder: &Path) -> S3Service {
    let mut config = S3Config::default();
    config.presigned_url_max_skew_time_secs = u32::MAX;
    let mut builder = S3ServiceBuilder::new(FileSystem::new(folder).expect("a file system"));
    builder.set_auth(SimpleAuth::from_single(KEY_ID, SECRET));
    builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
    builder.build()
}

async fn serve(listener: TcpListener, service: S3Service, mut stopped: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = stopped.changed() => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else { continue };
        let service = service.clone();
        connections.spawn(async move {
            let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
        });
    }
    drop(listener);
    connections.shutdown().await;
}
