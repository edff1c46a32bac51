"""The table of what freezes programs, and what to write instead. To teach it something new, add a rule.

The first rule that holds of a stack is the one, so what a program calls stands before what that calls in turn: an
HTTP client before the sockets that it reads. Causes come first that need no more than a measurement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from desktop_app.responsiveness.events import Cause

Causes: TypeAlias = frozenset[Cause]

ANY: Causes = frozenset({Cause.WAITING, Cause.COMPUTING, Cause.INTERPRETER_HELD, Cause.UNKNOWN})
WAITS: Causes = frozenset({Cause.WAITING, Cause.UNKNOWN})
WORKS: Causes = frozenset({Cause.COMPUTING, Cause.INTERPRETER_HELD})
HELD: Causes = frozenset({Cause.INTERPRETER_HELD})


@dataclass(frozen=True, slots=True)
class Rule:
    """When it holds, and what is said then.

    Patterns are those of `fnmatch`, with spaces between them; capital letters matter.
    """

    name: str
    causes: Causes
    why: str
    """Goes on from "Frozen for 1.50 s in load (gallery.py:41): "; ``{in_call}`` is `` in sleep(1.5)``, or empty."""
    fix: str
    """``{arguments}`` are those of the call."""
    fix_async: str = ""
    """Inside a coroutine; where empty, `fix` serves there, too."""
    modules: str = ""
    """Of a frame that is not the program's own, inside its innermost one: ``module``, what is below it included, or
    ``module:function``."""
    calls: str = ""
    """What such a frame, or the program's innermost, calls, as `callee.callee_of` names it."""
    methods: str = ""
    """As `calls`, but only of the very innermost frame: what it calls is then no Python code."""
    functions: str = ""
    """Functions of the program's own, anywhere in the stack."""
    at_startup: bool = False
    """Whether it holds of whatever is before the event loop served anything."""

    @property
    def needs_nothing(self) -> bool:
        """Whether the cause is all that it needs."""
        return not (self.modules or self.calls or self.methods or self.functions or self.at_startup)


IN_EXECUTOR = "`await asyncio.get_running_loop().run_in_executor(None, work)`"
IN_POOL = "`QThreadPool.globalInstance().start(work)`, and let a signal bring the result"
IN_PROCESS = "`concurrent.futures.ProcessPoolExecutor().submit(work)`; `add_done_callback` tells when it is done"
IN_PROCESS_ASYNC = "`await asyncio.get_running_loop().run_in_executor(process_pool, work)`"

RULES = (
    # What the program is not to blame for.
    Rule(
        "not scheduled",
        frozenset({Cause.NOT_SCHEDULED}),
        "the system ran something else, or had stopped the process. That is not the program's fault.",
        "",
    ),
    Rule(
        "suspended",
        frozenset({Cause.SUSPENDED}),
        "the machine was suspended. That is not the program's fault.",
        "",
    ),
    Rule(
        "debugger",
        frozenset({Cause.DEBUGGER}),
        "a debugger held the program. That is not its fault.",
        "",
    ),
    Rule(
        "garbage collection",
        frozenset({Cause.GARBAGE_COLLECTION}),
        "the garbage collector ran{in_call}, and looked through all objects that there are.",
        "Have it look at fewer: call `gc.freeze()` once everything is loaded, keep data in arrays rather than in "
        "many objects, or `gc.disable()` and call `gc.collect()` from a QTimer while nobody types.",
    ),
    # What a program calls.
    Rule(
        "import",
        ANY,
        "it imported a module that was not loaded yet{in_call}.",
        "Import it before the window is shown, or in a thread meanwhile: "
        "`threading.Thread(target=importlib.import_module, args=(name,), daemon=True).start()`.",
        modules="importlib._bootstrap importlib._bootstrap_external shibokensupport.feature",
    ),
    Rule(
        "input",
        WAITS,
        "it waited{in_call} for somebody to type in the terminal.",
        "Ask in the window: `dialog = QInputDialog(self); dialog.textValueSelected.connect(go_on); dialog.open()`.",
        calls="builtins.input sys.stdin.* getpass.getpass",
        modules="getpass",
    ),
    Rule(
        "http",
        WAITS,
        "it waited{in_call} for an HTTP server.",
        "Use QNetworkAccessManager: `reply = network.get(QNetworkRequest(url)); reply.finished.connect(go_on)`.",
        "Use an asynchronous client: `async with httpx.AsyncClient() as client: reply = await client.get(url)`, or "
        "aiohttp.",
        modules=(
            "requests urllib3 http.client urllib.request httpcore httpx httpx2 httpcore2 niquests xmlrpc.client "
            "httplib2 pycurl"
        ),
        calls="urllib.request.urlopen requests.* httpx.* httpx2.* urllib3.* niquests.*",
    ),
    Rule(
        "database",
        ANY,
        "the database took this long{in_call}.",
        "Query in a worker thread that has a connection of its own: " + IN_POOL + ".",
        "Use an asynchronous driver: SQLAlchemy's `async with engine.connect() as c: await c.execute(query)`, "
        "aiosqlite, asyncpg; or " + IN_EXECUTOR + ".",
        modules=(
            "sqlite3 sqlalchemy psycopg psycopg2 pymysql MySQLdb mysql.connector pymongo redis peewee django.db "
            "oracledb duckdb"
        ),
        calls="sqlite3.* psycopg.* psycopg2.* duckdb.* pyodbc.* oracledb.* MySQLdb.* PySide6.QtSql.*",
        methods="*.execute *.executemany *.executescript *.fetchone *.fetchall *.fetchmany *.commit *.rollback",
    ),
    Rule(
        "subprocess",
        WAITS,
        "it waited{in_call} for another process.",
        "Use QProcess, and do not wait: `process.finished.connect(go_on); process.start(program, arguments)`.",
        "Use `process = await asyncio.create_subprocess_exec(program, *arguments)` and "
        "`output, errors = await process.communicate()`.",
        modules="subprocess multiprocessing.popen_* multiprocessing.process",
        calls="os.system os.wait* os.popen* os.spawn* PySide6.QtCore.QProcess.execute subprocess.*",
        methods="*.waitForFinished *.waitForStarted",
    ),
    Rule(
        "future",
        WAITS,
        "it waited{in_call} for work in another thread or process to be done.",
        "Go on when it is done: `future.add_done_callback(lambda done: self.worked.emit(done.result()))`, with a "
        "signal that is connected to what comes next.",
        "Await it: `result = await asyncio.wrap_future(future)`, or " + IN_EXECUTOR + ".",
        modules="concurrent.futures multiprocessing.pool",
    ),
    Rule(
        "thread join",
        WAITS,
        "it waited{in_call} for a thread to end.",
        "Let the thread say so: `worker.finished.connect(go_on)`; wait for it only when the program ends.",
        "`await asyncio.to_thread(work)` instead of a thread of its own.",
        modules="threading:join threading:_wait_for_tstate_lock",
        calls="PySide6.QtCore.QThread*.wait PySide6.QtCore.QThreadPool*.waitForDone",
        methods="*thread.wait *Thread.wait *worker.wait *.waitForDone",
    ),
    Rule(
        "asyncio.run",
        WAITS,
        "it ran an event loop of asyncio's own{in_call}, in which Qt has no part.",
        "Run asyncio on Qt's own loop: `qasync.run(main())` or `PySide6.QtAsyncio.run(main())`, and "
        "`asyncio.create_task(work())` where it is called now.",
        "`await` it: a loop runs already.",
        modules="asyncio.base_events:_run_once",
    ),
    Rule(
        "queue",
        WAITS,
        "it waited{in_call} for a queue.",
        "Have the other side emit a signal, which Qt queues; or look without waiting: `queue.get_nowait()`.",
        "Use asyncio.Queue: `item = await queue.get()`; from a thread, "
        "`loop.call_soon_threadsafe(queue.put_nowait, item)`.",
        modules="queue multiprocessing.queues multiprocessing.connection multiprocessing.managers",
        methods="*queue.get *queue.put *Queue.get *Queue().get _queue.SimpleQueue*",
    ),
    Rule(
        "dns",
        WAITS,
        "it waited{in_call} for a host name to be looked up.",
        "Use `QHostInfo.lookupHost(name, self, self.on_found)`.",
        "`found = await asyncio.get_running_loop().getaddrinfo(host, port)`.",
        modules="socket:getaddrinfo socket:getfqdn",
        calls="socket.getaddrinfo socket.gethostby* socket.getfqdn socket.getnameinfo dns.resolver.*",
    ),
    Rule(
        "keyring",
        WAITS,
        "it waited{in_call} for the system's password store, which may ask the person first.",
        "Ask it in a worker thread, with a limit on the wait: " + IN_POOL + ".",
        "`await asyncio.wait_for(asyncio.to_thread(keyring.get_password, service, name), 5)`.",
        modules="keyring secretstorage",
    ),
    Rule(
        "socket",
        WAITS,
        "it waited{in_call} for the network.",
        "Use QTcpSocket: `socket.readyRead.connect(read); socket.connectToHost(host, port)`, without `waitFor...`.",
        "`reader, writer = await asyncio.open_connection(host, port)` and `data = await reader.read(n)`.",
        modules="socket ssl smtplib ftplib imaplib poplib paramiko selectors socketserver",
        calls="socket.* select.* ssl.*",
        methods=(
            "*.recv *.recv_into *.recvfrom *.recvmsg *.accept *.sendall *.sendto *.do_handshake *sock.connect "
            "*socket.connect *sock.send *socket.send *sock.connect_ex *.waitForConnected *.waitForReadyRead "
            "*.waitForBytesWritten *.waitForDisconnected *.waitForNewConnection *.waitForEncrypted"
        ),
    ),
    Rule(
        "sleep",
        WAITS,
        "it waited{in_call}.",
        "Let a timer go on: `QTimer.singleShot(round(1000 * ({arguments})), go_on)`.",
        "`await asyncio.sleep({arguments})`.",
        calls="time.sleep",
    ),
    Rule(
        "qt sleep",
        WAITS,
        "it slept{in_call}.",
        "Let a timer go on: `QTimer.singleShot(milliseconds, go_on)`.",
        "`await asyncio.sleep(seconds)`.",
        calls="PySide6.QtCore.QThread*.*sleep PySide6.QtTest.QTest.qSleep",
    ),
    Rule(
        "lock",
        WAITS,
        "it waited{in_call} for a lock or an event that another thread has to release or to set.",
        "Let threads talk to the GUI thread by signals only; or do not wait: `if lock.acquire(blocking=False):`.",
        "Use what can be awaited: `async with asyncio.Lock():`, `await asyncio.Event().wait()`.",
        modules="threading multiprocessing.synchronize",
        calls="fcntl.flock fcntl.lockf threading.*",
        methods=(
            "*.acquire *.lock *.tryLock *.lockForRead *.lockForWrite with:*.lock with:*_lock with:*Lock "
            "with:*[._]LOCK with:*mutex with:*semaphore with:*condition"
        ),
    ),
    Rule(
        "output",
        WAITS,
        "it waited{in_call} for whoever reads what it prints.",
        "Print in another thread: `logging.handlers.QueueHandler` with a `QueueListener`.",
        calls="builtins.print sys.stdout.* sys.stderr.* sys.__stdout__.* sys.__stderr__.*",
    ),
    Rule(
        "device",
        WAITS,
        "it waited{in_call} for a device.",
        "Use QSerialPort: `port.readyRead.connect(read)`; or talk to it in a worker thread: " + IN_POOL + ".",
        "Talk to it in a thread: " + IN_EXECUTOR + ".",
        modules="serial pyvisa usb",
        calls="serial.* pyvisa.* usb.*",
    ),
    Rule(
        "file",
        WAITS,
        "it waited{in_call} for a file: a slow disk, a network share, or a pipe.",
        "Read and write in a worker thread: " + IN_POOL + ".",
        "`text = await asyncio.to_thread(path.read_text)`.",
        modules="pathlib shutil tempfile glob codecs logging logging.handlers zipfile* tarfile",
        calls=(
            "builtins.open os.read os.write os.open os.fsync os.fdatasync os.stat os.scandir os.listdir os.walk "
            "os.path.* os.replace os.rename os.remove os.unlink io.open shutil.* pathlib.* json.load pickle.load "
            "glob.* builtins.open().* os.sync"
        ),
        methods=(
            "*.read *.readline *.readlines *.readinto *.write *.writelines *.flush *.truncate for:builtins.open() "
            "for:*[._]file"
        ),
    ),
    # What computes.
    Rule(
        "regular expression",
        HELD,
        "a regular expression kept the interpreter to itself{in_call}; it probably tries ever more ways to match.",
        "Leave it one way to match: no repetition inside a repetition (`(a+)+`), possessive ones (`a++`) or atomic "
        "groups (`(?>...)`, Python 3.11), and limit the text's length. A thread does not help, another process does.",
        modules="re regex",
        calls="re.* regex.*",
        methods="*.match *.fullmatch *.search *.findall *.finditer *.sub *.subn",
    ),
    Rule(
        "parsing",
        WORKS,
        "it turned much data into objects or back in one go{in_call}.",
        "Do it in a process of its own, or in parts: " + IN_PROCESS + ".",
        "Do it in a process of its own, or in parts: " + IN_PROCESS_ASYNC + ".",
        modules="json pickle csv yaml tomllib xml html.parser copy",
        calls="json.* pickle.* marshal.* csv.* yaml.* msgspec.* orjson.* tomllib.* copy.deepcopy",
    ),
    Rule(
        "compression or hash",
        WORKS,
        "it compressed, decompressed or hashed{in_call}.",
        "Do it in a thread, as such calls let other threads run: " + IN_POOL + ".",
        "Do it in a thread, as such calls let other threads run: `await asyncio.to_thread(work)`.",
        modules="gzip bz2 lzma zipfile* tarfile shutil hashlib argon2 bcrypt passlib",
        calls="zlib.* gzip.* bz2.* lzma.* zipfile.* tarfile.* hashlib.* hmac.* argon2.* bcrypt.*",
    ),
    Rule(
        "picture",
        WORKS | WAITS,
        "it loaded or scaled a picture{in_call}.",
        "Read it with QImageReader in a worker thread, scaled (`reader.setScaledSize(size)`), and make the QPixmap "
        "from the QImage in the GUI thread: " + IN_POOL + ".",
        "`image = await asyncio.to_thread(QImage, path)`, and the QPixmap from it afterwards.",
        modules="PIL imageio skimage",
        calls="PySide6.QtGui.QPixmap PySide6.QtGui.QImage* PIL.* PySide6.QtGui.QPixmap().*",
        methods="*.scaledToWidth *.scaledToHeight *.smoothScaled",
    ),
    Rule(
        "numeric library",
        WORKS,
        "it computed in a library written in C{in_call}.",
        "Much of it lets other threads run: " + IN_POOL + ". Where it does not, use a process: " + IN_PROCESS + ".",
        "`await asyncio.to_thread(work)`; where it keeps the interpreter to itself, a process: "
        + IN_PROCESS_ASYNC
        + ".",
        modules="numpy pandas scipy sklearn torch polars matplotlib cv2 pyarrow",
        calls="numpy.* pandas.* scipy.* sklearn.* torch.* polars.* matplotlib.* cv2.* pyarrow.*",
    ),
    Rule(
        "painting",
        WORKS,
        "it computed while it painted{in_call}.",
        "Paint what is ready: draw once into a QPixmap that is kept (`painter.drawPixmap(0, 0, self.cache)`), only "
        "`event.rect()`, and compute beforehand, elsewhere.",
        functions="paintEvent paintGL drawBackground drawForeground paintSection initStyleOption",
    ),
    Rule(
        "start-up",
        WORKS,
        "it computed before the event loop had served anything{in_call}.",
        "Show the window first, and load afterwards: `window.show(); QTimer.singleShot(0, window.load)`, with what "
        "takes long in a thread or a process.",
        at_startup=True,
    ),
    Rule(
        "interpreter held",
        HELD,
        "a call of C code kept the interpreter to itself{in_call}, so that no other Python thread could run, either.",
        "A thread does not help: do less in one call, or use a process: " + IN_PROCESS + ".",
        "A thread does not help: do less in one call, or use a process: " + IN_PROCESS_ASYNC + ".",
    ),
    Rule(
        "computing",
        frozenset({Cause.COMPUTING}),
        "it computed{in_call}.",
        "Do it in another process: "
        + IN_PROCESS
        + "; or in parts, with `QTimer.singleShot(0, next_part)` between them.",
        "Do it in another process: "
        + IN_PROCESS_ASYNC
        + "; or in parts, with `await asyncio.sleep(0)` between them.",
    ),
)
