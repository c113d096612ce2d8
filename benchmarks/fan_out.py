"""300 small jobs handed out to 3 workers that are killed: by DBOS, by procrastinate, and by a table of our own.

python benchmarks/fan_out.py own|procrastinate|dbos KILLS SECONDS_A_JOB [URL]

An engine has to be installed beside psycopg (`pip install dbos procrastinate`); the URL is of a server on which a
database `fan_out` may be made, an embedded one by default. A worker that is killed is replaced. It ends when every job
is done or none was for 35 s, and prints how many were, in how long, and how many were begun twice.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

JOBS, WORKERS, QUIET_S = 300, 3, 35.0


def act(number: int) -> None:
    """One job: it logs that it begins, takes a while, and is done once."""
    with psycopg.connect(os.environ["FAN_OUT"], autocommit=True) as connection:
        connection.execute("insert into begun values (%s)", (number,))
        time.sleep(float(os.environ["SECONDS"]))
        connection.execute("insert into ended values (%s) on conflict do nothing", (number,))


def own_worker() -> None:
    with psycopg.connect(os.environ["FAN_OUT"], autocommit=True) as connection:
        while True:
            with connection.transaction():
                row = connection.execute(
                    "select n from task where not is_done order by n for update skip locked limit 1"
                ).fetchone()
                if row is not None:
                    act(row[0])
                    connection.execute("update task set is_done = true where n = %s", row)
            if row is None:
                time.sleep(0.1)


def own_enqueue() -> None:
    with psycopg.connect(os.environ["FAN_OUT"], autocommit=True) as connection:
        connection.execute("create table task (n int primary key, is_done boolean not null default false)")
        connection.execute("insert into task select generate_series(1, %s)", (JOBS,))


def procrastinate_app() -> tuple[Any, Any]:
    import procrastinate

    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=os.environ["FAN_OUT"]))
    job = app.task(name="act", queue="fleet")(act)

    # What brings jobs of workers back that have died: nothing does by itself.
    @app.periodic(cron="* * * * * */2")
    @app.task(name="retry_stalled", queueing_lock="stalled", pass_context=True, queue="fleet")
    async def retry_stalled(context: Any, timestamp: int) -> None:  # noqa: ARG001 - the names that it is called with
        for each in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=5):
            await app.job_manager.retry_job(each)

    return app, job


def procrastinate_enqueue() -> None:
    import asyncio

    app, job = procrastinate_app()

    async def defer() -> None:
        async with app.open_async():
            await app.schema_manager.apply_schema_async()
            for number in range(1, JOBS + 1):
                await job.defer_async(number=number)

    asyncio.run(defer())


def procrastinate_worker() -> None:
    procrastinate_app()[0].run_worker(
        queues=["fleet"], concurrency=1, fetch_job_polling_interval=0.5, update_heartbeat_interval=1,
        stalled_worker_timeout=5,
    )  # fmt: skip


def dbos_worker() -> None:
    import threading

    from dbos import DBOS

    config: Any = {
        "name": "fan_out", "system_database_url": os.environ["FAN_OUT"], "log_level": "ERROR",
        "executor_id": f"worker-{os.getpid()}-{time.time()}",
    }  # fmt: skip
    DBOS(config=config)
    step = DBOS.step()(act)

    @DBOS.workflow(name="job")
    def job(number: int) -> None:
        step(number)

    DBOS.launch()
    DBOS.register_queue("fleet", worker_concurrency=1, polling_interval_sec=0.1)
    threading.Event().wait()


def dbos_enqueue() -> None:
    from dbos import DBOSClient

    # A first worker makes the engine's tables and the queue.
    first = start("dbos")
    time.sleep(5)
    first.kill()
    first.wait()
    client = DBOSClient(system_database_url=os.environ["FAN_OUT"])
    for number in range(1, JOBS + 1):
        client.enqueue({"queue_name": "fleet", "workflow_name": "job"}, number)


def start(engine: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, __file__, engine, "work"], stderr=subprocess.DEVNULL)


def measure(engine: str, kills: int) -> None:
    globals()[f"{engine}_enqueue"]()
    running = [start(engine) for _ in range(WORKERS)]
    drawn = random.Random(1)
    began = last = time.monotonic()
    next_kill, killed, done = began + 1.5, 0, 0
    with psycopg.connect(os.environ["FAN_OUT"], autocommit=True) as connection:
        while done < JOBS and time.monotonic() - last < QUIET_S:
            (count,) = connection.execute("select count(*) from ended").fetchone() or (0,)
            if count != done:
                done, last = count, time.monotonic()
            if killed < kills and time.monotonic() >= next_kill:
                place = drawn.randrange(WORKERS)
                running[place].kill()
                running[place].wait()
                running[place] = start(engine)
                killed, next_kill = killed + 1, time.monotonic() + 1.5
            time.sleep(0.05)
        twice = connection.execute(
            "select count(*) from (select n from begun group by n having count(*) > 1) t"
        ).fetchone()
        sessions = connection.execute("select count(*) from pg_stat_activity where datname = 'fan_out'").fetchone()
    status = [Path(f"/proc/{each.pid}/status").read_text() for each in running if each.poll() is None]
    memory = [int(text.split("VmRSS:")[1].split()[0]) // 1024 for text in status]
    threads = [int(text.split("Threads:")[1].split()[0]) for text in status]
    for each in running:
        each.kill()
    print(
        f"{engine}: {done} of {JOBS} done in {last - began:.1f} s with {killed} kills; begun twice {(twice or [0])[0]}"
    )
    print(f"  connections {(sessions or [0])[0]}, threads {threads}, memory {memory} MB")


def main() -> None:
    engine, what = sys.argv[1:3]
    if what == "work":
        globals()[f"{engine}_worker"]()
        return
    url = sys.argv[4] if len(sys.argv) > 4 else ""
    if not url:
        sys.path.insert(0, str(Path(__file__).parent.parent))
        from schemaguard.adapters.postgres import embedded

        folder = tempfile.TemporaryDirectory()
        url = embedded.start(Path(folder.name) / "data")
    head, mark, query = url.partition("?")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop database if exists fan_out with (force)")
        connection.execute("create database fan_out")
    os.environ["FAN_OUT"] = f"{head.rpartition('/')[0]}/fan_out{mark}{query}"
    os.environ["SECONDS"] = sys.argv[3]
    with psycopg.connect(os.environ["FAN_OUT"], autocommit=True) as connection:
        connection.execute("create table begun (n int); create table ended (n int primary key)")
    measure(engine, int(what))


if __name__ == "__main__":
    main()
