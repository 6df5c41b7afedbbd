//! Accepts connections, and keeps them together so that they can be ended together.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::connection::Connection;
use super::control::Control;
use super::host::Host;

/// Connections that the kernel holds until they are accepted.
const BACKLOG: i32 = 4096;

/// So often in a row nothing is to move before the sessions count as settled, and so often it is
/// looked at: clients that never stop must not keep the test waiting.
const QUIET_ROUNDS: usize = 3;
const MAX_ROUNDS: usize = 10_000;

/// Binds and listens. Clients may connect from now on; the kernel keeps them waiting.
pub(super) fn bind(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // A port just left may be taken again; on Windows the option would let it be taken twice.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

pub(super) struct Listener {
    host: Arc<Host>,
    address: SocketAddr,
    door: Door,
    connections: JoinSet<()>,
}

enum Door {
    Open(TcpListener),
    /// Holds the port and refuses connections.
    Shut(Socket),
    /// A change of the door failed half-way.
    Lost,
}

impl Listener {
    pub(super) fn new(host: Arc<Host>, listener: std::net::TcpListener) -> io::Result<Self> {
        Ok(Self {
            address: listener.local_addr()?,
            host,
            door: Door::Open(TcpListener::from_std(listener)?),
            connections: JoinSet::new(),
        })
    }

    /// Serves until the other end of `control` is dropped.
    pub(super) async fn run(mut self, mut control: UnboundedReceiver<Control>) {
        loop {
            match self.next(&mut control).await {
                Next::Connection(Ok((stream, _))) => self.serve(stream),
                // Out of descriptors, most likely: wait until some are given back.
                Next::Connection(Err(_)) => sleep(Duration::from_millis(10)).await,
                Next::Control(Some(Control::GoDown(done))) => {
                    let result = self.shut();
                    self.connections.shutdown().await;
                    self.tell_whether_down();
                    let _ = done.send(result); // nobody waits for it any more
                }
                Next::Control(Some(Control::ComeBack(done))) => {
                    let result = self.open();
                    self.tell_whether_down();
                    let _ = done.send(result); // nobody waits for it any more
                }
                Next::Control(Some(Control::AdvanceTime(duration, done))) => {
                    self.settle().await;
                    let moved = self.host.clock.advance(duration);
                    self.settle().await;
                    let _ = done.send(Ok(moved)); // nobody waits for it any more
                }
                Next::Control(None) => return,
            }
        }
    }

    fn serve(&mut self, stream: TcpStream) {
        // Fails if the client is gone already.
        if let Ok(connection) = Connection::new(stream, Arc::clone(&self.host)) {
            self.connections.spawn(connection.run());
        }
    }

    /// Lets the sessions read what has been sent to them, and do what follows, until nothing moves any
    /// more: once is not enough, as a connection may have to be taken first, and be read from then.
    async fn settle(&mut self) {
        let mut quiet_rounds = 0;
        for _ in 0..MAX_ROUNDS {
            let before = self.host.activity.count();
            while let Poll::Ready(Ok((stream, _))) = self.poll_accept_now().await {
                self.host.activity.note();
                self.serve(stream);
            }
            tokio::task::yield_now().await;
            let is_quiet = self.host.activity.count() == before;
            quiet_rounds = if is_quiet { quiet_rounds + 1 } else { 0 };
            if quiet_rounds == QUIET_ROUNDS {
                return;
            }
        }
    }

    /// Takes a connection if one is there.
    async fn poll_accept_now(&self) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        poll_fn(|cx| {
            Poll::Ready(match &self.door {
                Door::Open(listener) => listener.poll_accept(cx),
                Door::Shut(_) | Door::Lost => Poll::Pending,
            })
        })
        .await
    }

    async fn next(&mut self, control: &mut UnboundedReceiver<Control>) -> Next {
        poll_fn(|cx| {
            if let Poll::Ready(control) = control.poll_recv(cx) {
                return Poll::Ready(Next::Control(control));
            }
            while let Poll::Ready(Some(_)) = self.connections.poll_join_next(cx) {}
            match &self.door {
                Door::Open(listener) => listener.poll_accept(cx).map(Next::Connection),
                Door::Shut(_) | Door::Lost => Poll::Pending,
            }
        })
        .await
    }

    fn tell_whether_down(&self) {
        let is_down = !matches!(self.door, Door::Open(_));
        self.host.is_down.store(is_down, Ordering::Release);
        self.host.store.wake_waiters();
    }

    /// Stops listening, and keeps the port so that it is still ours when we come back.
    fn shut(&mut self) -> io::Result<()> {
        let Door::Open(listener) = &self.door else {
            return Ok(());
        };
        let holder = Socket::new(Domain::for_address(self.address), Type::STREAM, None)?;
        if self.address.is_ipv6() {
            holder.set_only_v6(false)?;
        }
        // For a moment two sockets have the port, so that nobody else can take it in between.
        #[cfg(unix)]
        {
            socket2::SockRef::from(listener).set_reuse_port(true)?;
            holder.set_reuse_port(true)?;
            holder.set_reuse_address(true)?;
            holder.bind(&self.address.into())?;
            // Then it is ours alone: who binds the port on purpose fails when it listens.
            holder.set_reuse_port(false)?;
            holder.set_reuse_address(false)?;
            self.door = Door::Shut(holder);
        }
        #[cfg(not(unix))]
        {
            let _ = listener;
            self.door = Door::Lost;
            holder.bind(&self.address.into())?;
            self.door = Door::Shut(holder);
        }
        Ok(())
    }

    /// Listens again.
    fn open(&mut self) -> io::Result<()> {
        let socket = match std::mem::replace(&mut self.door, Door::Lost) {
            Door::Shut(holder) => holder,
            Door::Lost => {
                self.door = Door::Open(TcpListener::from_std(bind(self.address)?)?);
                return Ok(());
            }
            open => {
                self.door = open;
                return Ok(());
            }
        };
        #[cfg(unix)]
        socket.set_reuse_address(true)?; // earlier connections may linger on the port
        socket.listen(BACKLOG)?;
        socket.set_nonblocking(true)?;
        self.door = Door::Open(TcpListener::from_std(socket.into())?);
        Ok(())
    }
}

enum Next {
    Connection(io::Result<(TcpStream, SocketAddr)>),
    Control(Option<Control>),
}
