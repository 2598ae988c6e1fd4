//! How mail comes in: the configured mailboxes and listeners, handed to the application's intake.
//!
//! `tables.rs` reads the configuration, `bucket.rs` that of the bucket, `receive.rs` is `pforte mail receive`.

mod bucket;
pub mod receive;
pub mod tables;

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use pforte_mail::transport::{
    Intake,
    imap::{self, Settings as Mailbox},
    server::{self, Limits, Protocol},
};
use pforte_server::Support;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{Failure, tls};

/// Everything about mail that comes in.
#[derive(Clone, Debug)]
pub struct Incoming {
    pub support: Vec<Support>,
    pub mailboxes: Vec<Mailbox>,
    pub doors: Vec<Door>,
    pub dns: Option<SocketAddr>,
    pub max_bytes: usize,
}

/// One listener for mail.
#[derive(Clone, Debug)]
pub struct Door {
    pub protocol: Protocol,
    pub listen: SocketAddr,
    /// Who may deliver; nobody in it means everybody.
    pub peers: Vec<std::net::IpAddr>,
    /// Certificate chain and key for STARTTLS.
    pub tls: Option<(PathBuf, PathBuf)>,
}

/// A listener that is open, but takes nothing yet.
pub struct Open {
    listener: TcpListener,
    settings: server::Settings,
}

impl Incoming {
    /// Opens the listeners, to fail early.
    pub async fn bind(&self, host: &str) -> Result<Vec<Open>, Failure> {
        let mut open = Vec::new();
        for door in &self.doors {
            let listener = TcpListener::bind(door.listen)
                .await
                .map_err(|e| format!("cannot listen for mail on {}: {e}", door.listen))?;
            open.push(Open { listener, settings: self.settings(door, host)? });
        }
        Ok(open)
    }

    /// What a listener is told; reads its certificate.
    pub fn settings(&self, door: &Door, host: &str) -> Result<server::Settings, Failure> {
        let tls = door.tls.as_ref().map(|(certificate, key)| tls::config(certificate, key));
        Ok(server::Settings {
            protocol: door.protocol,
            host: host.to_owned(),
            tls: tls.transpose()?.map(Arc::new),
            peers: door.peers.clone(),
            limits: Limits { message_bytes: self.max_bytes, ..Limits::default() },
        })
    }

    /// Starts taking mail in.
    pub fn start<I: Intake>(
        &self,
        open: Vec<Open>,
        intake: &Arc<I>,
        stop: &CancellationToken,
        tasks: &mut JoinSet<std::io::Result<()>>,
    ) {
        for Open { listener, settings } in open {
            tasks.spawn(server::serve(listener, settings, Arc::clone(intake), stop.clone()));
        }
        for mailbox in &self.mailboxes {
            let kept = imap::keep(mailbox.clone(), Arc::clone(intake), stop.clone());
            tasks.spawn(async move {
                kept.await;
                Ok(())
            });
        }
    }
}
