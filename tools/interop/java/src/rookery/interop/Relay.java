package rookery.interop;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A TCP relay to a server: cutting it parts one client from a server that goes on. */
final class Relay implements AutoCloseable {
  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final int port;
  private volatile boolean open = true;

  Relay(int port) throws IOException {
    this.port = port;
    daemon(this::accept);
  }

  String address() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /** Ends every connection and refuses new ones. */
  void cut() {
    open = false;
    sockets.forEach(Relay::end);
    sockets.clear();
  }

  void mend() {
    open = true;
  }

  @Override
  public void close() throws IOException {
    listener.close();
    cut();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket near = listener.accept();
        if (!open) {
          near.close();
          continue;
        }
        Socket far = new Socket("127.0.0.1", port);
        sockets.add(near);
        sockets.add(far);
        if (!open) {
          cut();
        }
        daemon(() -> copy(near, far));
        daemon(() -> copy(far, near));
      } catch (IOException gone) {
        // The listener was closed, or the server is down: the next client tries again.
      }
    }
  }

  private static void copy(Socket from, Socket to) {
    try (InputStream in = from.getInputStream()) {
      in.transferTo(to.getOutputStream());
    } catch (IOException gone) {
      // Either end may leave at any time.
    }
    end(from);
    end(to);
  }

  private static void end(Socket socket) {
    try {
      socket.close();
    } catch (IOException alreadyClosed) {
      // Closed is what was wanted.
    }
  }

  private static void daemon(Runnable body) {
    Thread thread = new Thread(body, "relay");
    thread.setDaemon(true);
    thread.start();
  }
}
