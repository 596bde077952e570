"""`glowvox completion`: the Tab key for commands and options."""

from __future__ import annotations

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(*, shell: str) -> None:
    """Print what SHELL needs in order to complete commands and options when you press Tab.

    \b
      bash    glowvox completion bash > ~/.local/share/bash-completion/completions/glowvox
      zsh     glowvox completion zsh > ~/.glowvox-completion.zsh, and in ~/.zshrc: source ~/.glowvox-completion.zsh
      fish    glowvox completion fish > ~/.config/fish/completions/glowvox.fish

    Then open a new shell. For this shell alone: eval "$(glowvox completion bash)".
    """
    from click.shell_completion import get_completion_class

    from glowvox.cli.main import root

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(root, {}, "glowvox", "_GLOWVOX_COMPLETE").source())
