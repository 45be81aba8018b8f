"""The command line: `kith serve`, `kith token`, `kith import` and the others, a file each.

A command is a module with `add_arguments(subparsers)` and `run(args) -> int`. Only the one that is
called is imported, because the server's libraries take a second that `kith token` doesn't need.
"""

COMMANDS = {
    "serve": "api.cli.serve",
    "token": "api.cli.token",
    "demo": "api.cli.demo",
    "import": "api.cli.import_",
    "export": "api.cli.export",
    "projections": "api.cli.projections",
    "verify": "api.cli.verify",
    "asyncapi": "api.cli.asyncapi",
}


def main() -> int:
    from api.cli.main import main as run

    return run()
