"""The risk rules: what each says on the screen, and which sub-commands of which programs it is about.

A rule is chosen by the parsed command, in the order of the table; the first that fits a program decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from eventa_cockpit.domain.runbook import Risk
from eventa_cockpit.locale import _, mark

READ, CHANGE, DESTRUCTIVE = Risk.READ, Risk.CHANGE, Risk.DESTRUCTIVE


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table."""

    id: str
    """`program.what`: stable, since it is written into the journal."""
    risk: Risk
    words: str
    """English sentence for the catalogue, without its subject."""
    programs: frozenset[str] = field(default_factory=frozenset)
    """Empty for a rule that only code chooses."""
    verbs: str = ""
    """Pattern that the operands, joined by spaces, must begin with; empty fits all."""

    def fits(self, operands: str) -> bool:
        return not self.verbs or _compiled(self.verbs).match(operands) is not None


@cache
def _compiled(verbs: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{verbs})(?=\s|$)")


def explain(rule_id: str) -> str:
    """The rule's sentence in the chosen language; the id itself for one that this version does not know."""
    rule = by_id().get(rule_id)
    return rule_id if rule is None else _(rule.words)


@cache
def by_id() -> dict[str, Rule]:
    return {rule.id: rule for rule in RULES}


def named(rule_id: str) -> Rule:
    return by_id()[rule_id]


@cache
def by_program() -> dict[str, tuple[Rule, ...]]:
    """Rules of each program, in the order of the table."""
    table: dict[str, list[Rule]] = {}
    for rule in RULES:
        for program in rule.programs:
            table.setdefault(program, []).append(rule)
    return {program: tuple(rules) for program, rules in table.items()}


def _rule(id: str, risk: Risk, words: str, programs: str = "", verbs: str = "") -> Rule:  # noqa: A002
    return Rule(id, risk, words, frozenset(programs.split()), verbs)


_KUBE = "kubectl oc"
_AWS_READ = (
    r"\S+ (?:describe|list|get|head|lookup|search|scan|query|batch-get|filter|estimate|validate|"
    r"simulate|check|test|view|"
    r"preview|detect|download|select|wait|help)(?:-\S+)?|s3 (?:ls|presign)|sts \S+|logs tail|"
    r"configure list|sso login|help"
)
_AWS_DESTRUCTIVE = (
    r"\S+ (?:delete|terminate|purge|destroy|reboot|failover|switchover|deregister|release|wipe|reset|"
    r"schedule-key-deletion)"
    r"(?:-\S+)?|s3 (?:rm|rb)|\S+ batch-delete\S*"
)

RULES: tuple[Rule, ...] = (
    # Chosen by code.
    _rule("none", READ, mark("runs no program")),
    _rule("shell.builtin", READ, mark("only affects its own shell")),
    _rule("shell.unclear", CHANGE, mark("cannot be read as shell to the end, so it may do more than was found")),
    _rule("shell.computed", CHANGE, mark("runs a program whose name is only known when it runs")),
    _rule("shell.script", CHANGE, mark("runs a script or program of its own, which is not looked into")),
    _rule("shell.session", CHANGE, mark("opens a session in which anything can be typed")),
    _rule("program.unknown", CHANGE, mark("runs a program that no rule knows")),
    _rule("program.read", READ, mark("runs a program that only reads")),
    _rule("program.help", READ, mark("only prints help or a version")),
    _rule("dry-run", READ, mark("only says what it would do (dry run)")),
    _rule("files.write", CHANGE, mark("writes a file outside the working folder")),
    _rule("files.local", READ, mark("writes only in the working folder")),
    _rule("files.device", DESTRUCTIVE, mark("writes to a device")),
    _rule("files.remove", DESTRUCTIVE, mark("removes files")),
    _rule("files.edit", CHANGE, mark("edits files in place")),
    _rule("http.read", READ, mark("sends an HTTP request that reads (GET or HEAD)")),
    _rule("http.change", CHANGE, mark("sends an HTTP request that changes something (POST, PUT or PATCH)")),
    _rule("http.delete", DESTRUCTIVE, mark("sends an HTTP DELETE request")),
    _rule("http.computed", CHANGE, mark("sends an HTTP request whose method is only known when it runs")),
    _rule("sql.read", READ, mark("runs SQL that only reads")),
    _rule("sql.change", CHANGE, mark("runs SQL that changes data or sessions, or that is not visible here")),
    _rule("sql.destructive", DESTRUCTIVE, mark("runs SQL that deletes or drops data")),
    _rule("redis.read", READ, mark("runs a Redis command that only reads")),
    _rule("redis.change", CHANGE, mark("runs a Redis command that changes data, or that is not visible here")),
    _rule("redis.destructive", DESTRUCTIVE, mark("empties or deletes Redis data, or stops Redis")),
    # Kubernetes.
    _rule("kubectl.delete", DESTRUCTIVE, mark("deletes Kubernetes objects"), _KUBE, r"delete"),
    _rule("kubectl.drain", DESTRUCTIVE, mark("evicts the pods of a node"), _KUBE, r"(?:adm )?drain"),
    _rule("kubectl.rollout-undo", CHANGE, mark("rolls back to the previous revision"), _KUBE, r"rollout undo"),
    _rule("kubectl.rollout-restart", CHANGE, mark("restarts the pods, one after another"), _KUBE, r"rollout restart"),
    _rule("kubectl.rollout-change", CHANGE, mark("pauses or resumes a roll-out"), _KUBE, r"rollout (?:pause|resume)"),
    _rule("kubectl.scale", CHANGE, mark("changes the number of replicas"), _KUBE, r"(?:auto)?scale"),
    _rule(
        "kubectl.schedule",
        CHANGE,
        mark("changes where pods may be placed"),
        _KUBE,
        r"(?:adm )?(?:un)?cordon|(?:adm )?taint",
    ),
    _rule(
        "kubectl.session",
        CHANGE,
        mark("opens a session in a container or on a node"),
        _KUBE,
        r"exec|rsh|debug|attach|run",
    ),
    _rule(
        "kubectl.read",
        READ,
        mark("only reads Kubernetes objects"),
        _KUBE,
        r"get|describe|logs?|top|explain|diff|events?|version|cluster-info|api-resources|api-versions|options|help|"
        r"rollout (?:status|history)|auth (?:can-i|whoami)|config (?:view|current-context|get-\S+)|wait|port-forward|"
        r"whoami|status|project|projects|adm (?:top|inspect|must-gather|node-logs|release info|policy "
        r"who-can)|must-gather|"
        r"image info|login|extract|rsync|cp|kustomize|completion|plugin list|dev_tool|observe",
    ),
    _rule("kubectl.change", CHANGE, mark("changes Kubernetes objects"), _KUBE),
    # AWS.
    _rule("aws.read", READ, mark("only reads from AWS"), "aws", _AWS_READ),
    _rule("aws.destructive", DESTRUCTIVE, mark("deletes, stops or restarts AWS resources"), "aws", _AWS_DESTRUCTIVE),
    _rule("aws.invalidate", CHANGE, mark("empties the CDN's cache"), "aws", r"cloudfront create-invalidation"),
    _rule("aws.snapshot", CHANGE, mark("takes a snapshot"), "aws", r"\S+ create-(?:db-)?(?:cluster-)?snapshot\S*"),
    _rule("aws.change", CHANGE, mark("creates or changes AWS resources"), "aws"),
    # Infrastructure as code.
    _rule(
        "terraform.destroy",
        DESTRUCTIVE,
        mark("destroys infrastructure"),
        "terraform tofu terragrunt",
        r"destroy|state rm",
    ),
    _rule(
        "terraform.read",
        READ,
        mark("only reads infrastructure state"),
        "terraform tofu terragrunt",
        r"plan|show|output|validate|fmt|graph|version|providers|state (?:list|show|pull)|workspace "
        r"(?:list|show)|init|get",
    ),
    _rule(
        "terraform.apply",
        CHANGE,
        mark("creates, changes or replaces infrastructure"),
        "terraform tofu terragrunt",
        r"apply",
    ),
    _rule("terraform.change", CHANGE, mark("changes infrastructure state"), "terraform tofu terragrunt"),
    _rule("ansible.change", CHANGE, mark("runs an Ansible play"), "ansible ansible-playbook"),
    _rule("helm.delete", DESTRUCTIVE, mark("uninstalls a Helm release"), "helm", r"uninstall|delete|del|un"),
    _rule(
        "helm.read",
        READ,
        mark("only reads Helm releases"),
        "helm",
        r"list|ls|status|get|history|hist|template|lint|show|inspect|search|diff|env|version|repo (?:list|update|add)|"
        r"dependency list|verify",
    ),
    _rule("helm.change", CHANGE, mark("changes a Helm release"), "helm"),
    # Containers.
    _rule(
        "container.delete",
        DESTRUCTIVE,
        mark("removes containers, images or volumes, or stops them by force"),
        "docker podman nerdctl crictl docker-compose",
        r"(?:(?:container|image|volume|network|system|compose|builder) )?(?:rm|rmi|rmp|prune|kill|down|remove)",
    ),
    _rule(
        "container.read",
        READ,
        mark("only reads about containers"),
        "docker podman nerdctl crictl docker-compose",
        r"(?:(?:container|image|volume|network|system|compose|context|node|service|stack) )?(?:ps|logs|"
        r"inspect|inspecti|"
        r"inspectp|images?|ls|list|stats|top|version|info|events|port|diff|df|history|pods|search|config)",
    ),
    _rule(
        "container.change",
        CHANGE,
        mark("starts, stops or changes containers"),
        "docker podman nerdctl crictl docker-compose",
    ),
    # Load.
    _rule("load.run", CHANGE, mark("puts load on its target"), "k6 locust ab wrk hey vegeta siege jmeter gatling"),
    # Machines and services.
    _rule(
        "system.reboot",
        DESTRUCTIVE,
        mark("restarts or stops the machine"),
        "reboot shutdown poweroff halt init telinit",
    ),
    _rule(
        "systemctl.power",
        DESTRUCTIVE,
        mark("restarts or stops the machine"),
        "systemctl",
        r"reboot|poweroff|halt|kexec|rescue|emergency",
    ),
    _rule(
        "systemctl.read",
        READ,
        mark("only reads about services"),
        "systemctl",
        r"status|show|cat|help|is-\S+|list-\S+|get-default|show-environment",
    ),
    _rule("systemctl.change", CHANGE, mark("starts, stops or changes a service"), "systemctl"),
    _rule("service.read", READ, mark("only reads about services"), "service", r"\S+ status|--status-all"),
    _rule(
        "service.change", CHANGE, mark("starts, stops or changes a service"), "service initctl rc-service supervisorctl"
    ),
    _rule("process.signal", CHANGE, mark("sends a signal to processes, which may end them"), "kill pkill killall"),
    _rule(
        "disk.destroy",
        DESTRUCTIVE,
        mark("overwrites or formats a disk"),
        "mkfs mkfs.ext4 mkfs.xfs wipefs shred fdisk sfdisk parted sgdisk blkdiscard lvremove vgremove "
        "pvremove zpool zfs",
    ),
    _rule("dd.write", DESTRUCTIVE, mark("copies raw data over a file or a device"), "dd"),
    _rule(
        "packages.read",
        READ,
        mark("only reads about packages"),
        "apt apt-get apt-cache dpkg rpm yum dnf rpm-ostree brew pip pip3 npm snap",
        r"list|search|show|info|policy|status|-l|-q\S*|view|freeze|ls|check-update|repolist|history",
    ),
    _rule(
        "packages.change",
        CHANGE,
        mark("installs, updates or removes packages"),
        "apt apt-get apt-cache dpkg rpm yum dnf rpm-ostree brew pip pip3 npm snap apk",
    ),
    _rule(
        "network.change",
        CHANGE,
        mark("changes the network's configuration"),
        "iptables ip6tables nft ufw firewall-cmd route tc",
    ),
    _rule(
        "ip.change",
        CHANGE,
        mark("changes the network's configuration"),
        "ip ifconfig",
        r".*\b(?:add|del|delete|set|flush|up|down|replace)",
    ),
    _rule("ip.read", READ, mark("only reads the network's configuration"), "ip ifconfig"),
    _rule("crontab.change", CHANGE, mark("changes timed jobs"), "crontab at"),
    _rule(
        "accounts.change",
        CHANGE,
        mark("changes accounts or rights"),
        "useradd usermod passwd chown chmod chgrp setfacl visudo",
    ),
    _rule("accounts.delete", DESTRUCTIVE, mark("removes accounts"), "userdel groupdel deluser"),
    _rule("mount.change", CHANGE, mark("mounts or unmounts a file system"), "mount umount swapon swapoff", r"\S+"),
    _rule("mount.read", READ, mark("only lists what is mounted"), "mount"),
    # Version control and deployment.
    _rule(
        "git.destructive",
        DESTRUCTIVE,
        mark("throws away work or history"),
        "git",
        r"clean|reset --hard|push (?:.* )?(?:-f|--force\S*)",
    ),
    _rule(
        "git.read",
        READ,
        mark("only reads the repository"),
        "git",
        r"status|log|diff|show|blame|branch|remote|describe|rev-parse|ls-files|ls-remote|fetch|grep|"
        r"shortlog|tag -l|config --get|"
        r"stash list|clone|reflog|cat-file|version",
    ),
    _rule("git.change", CHANGE, mark("changes a repository"), "git"),
    _rule(
        "gh.read",
        READ,
        mark("only reads from GitHub"),
        "gh",
        r"\S+ (?:list|view|status|diff|checks|watch|download|browse)|status|search \S+|browse|version|auth status",
    ),
    _rule("gh.delete", DESTRUCTIVE, mark("deletes something on GitHub"), "gh", r"\S+ delete"),
    _rule("gh.change", CHANGE, mark("changes something on GitHub"), "gh"),
    # Databases, queues, storage.
    _rule(
        "database.restore",
        DESTRUCTIVE,
        mark("drops or overwrites a database"),
        "dropdb dropuser pg_restore mongorestore mysqladmin",
    ),
    _rule(
        "etcdctl.read",
        READ,
        mark("only reads from etcd"),
        "etcdctl",
        r"get|watch|version|(?:endpoint|member|alarm|user|role|lease) (?:health|status|hashkv|list|get|"
        r"timetolive)|snapshot status|check",
    ),
    _rule(
        "etcdctl.delete",
        DESTRUCTIVE,
        mark("deletes or replaces etcd data or members"),
        "etcdctl",
        r"del|member remove|snapshot restore",
    ),
    _rule("etcdctl.change", CHANGE, mark("changes etcd"), "etcdctl"),
    _rule(
        "ceph.delete",
        DESTRUCTIVE,
        mark("deletes or removes storage"),
        "ceph rados rbd radosgw-admin",
        r".*\b(?:rm|remove|purge|destroy|delete|out|down|lost)",
    ),
    _rule(
        "ceph.read",
        READ,
        mark("only reads about storage"),
        "ceph rados rbd radosgw-admin",
        r"|-s|status|health|df|versions?|report|(?:\S+ )?(?:df|tree|status|stat|ls|lsp\S*|list|dump\S*|"
        r"get|info|show|detail|perf|"
        r"ls-osd|metadata|count-metadata)|\S+ \S+ (?:df|status|stat|ls|list|dump|get|info|show|tree)|health detail",
    ),
    _rule("ceph.change", CHANGE, mark("changes storage"), "ceph rados rbd radosgw-admin"),
    _rule(
        "cloud.delete",
        DESTRUCTIVE,
        mark("deletes, stops or restarts cloud resources"),
        "gcloud az gsutil rosa ocm doctl flyctl heroku",
        r".*\b(?:delete|rm|rb|remove|destroy|purge|failover|reset|restart|stop)",
    ),
    _rule(
        "cloud.read",
        READ,
        mark("only reads cloud resources"),
        "gcloud az gsutil rosa ocm doctl flyctl heroku",
        r"(?:\S+ )*(?:list|describe|show|get|ls|cat|stat|read|whoami|logs|status|info|version|print-\S+|get-\S+|tail)",
    ),
    _rule(
        "cloud.change",
        CHANGE,
        mark("creates or changes cloud resources"),
        "gcloud az gsutil rosa ocm doctl flyctl heroku",
    ),
    _rule(
        "amtool.read",
        READ,
        mark("only reads from Alertmanager"),
        "amtool",
        r"alert(?: query)?|silence(?: query)?|config(?: \S+)?|check-config|cluster",
    ),
    _rule("amtool.change", CHANGE, mark("changes silences or alerts"), "amtool"),
    _rule(
        "virtctl.read",
        READ,
        mark("only reads about virtual machines"),
        "virtctl virsh",
        r"list|dominfo|domstate|domblklist|domblkinfo|domiflist|dommemstat|domstats|dumpxml|version|guestosinfo|fslist|userlist|"
        r"console|vnc|guestfs|qemu-agent-command|nodeinfo|pool-list|vol-list|net-list|capabilities|freepages|nodememstats",
    ),
    _rule(
        "virtctl.destroy",
        DESTRUCTIVE,
        mark("destroys a virtual machine"),
        "virsh",
        r"destroy|undefine|vol-delete|pool-delete",
    ),
    _rule("virtctl.change", CHANGE, mark("starts, stops or changes virtual machines"), "virtctl virsh"),
)

READERS = frozenset(
    "cat bat ls ll tree stat file realpath readlink basename dirname pwd which whereis type wc head "
    "tail less more grep "
    "egrep fgrep zgrep zcat rg ag ack awk gawk mawk cut tr sort uniq comm join paste column fold "
    "fmt nl tac rev diff cmp "
    "jq yq xmllint xq fx gron dasel base64 xxd od hexdump strings md5sum sha1sum sha256sum "
    "sha512sum cksum date cal env "
    "printenv id who w whoami users last lastlog groups uname uptime hostname hostnamectl timedatectl localectl nproc "
    "arch getconf lscpu lsblk lsmod lspci lsusb lsof lsns df du free vmstat iostat mpstat sar "
    "pidstat top htop atop iotop "
    "ps pgrep pidof pstree dmesg journalctl coredumpctl sysctl ulimit getent findmnt blkid smartctl nvme ipmitool dig "
    "nslookup host ping ping6 traceroute tracepath mtr whois nc ncat netcat telnet ss netstat arp ethtool nmap tcpdump "
    "tshark openssl ssh-keyscan ssh-keygen chronyc ntpq ntpstat sleep seq yes watch column expr bc numfmt clear tput "
    "pg_dump pg_dumpall pg_isready pg_lsclusters mysqldump mysqlshow promtool logcli tempo-cli stern kubectx kubens "
    "dive skopeo crane trivy nvidia-smi perf strace ltrace time sosreport xmlstarlet csvtool mlr iconv less lnav "
    "man tldr help history locale ovs-vsctl ovs-ofctl ovn-nbctl ovn-sbctl conntrack crio sed find tee xargs".split()
)
"""Programs that read, or that only write what their options say; the exceptions are in `risk`."""

BUILTINS = frozenset(
    "echo printf test [ [[ : true false cd pushd popd dirs export set shopt read readarray mapfile "
    "local declare typeset "
    "readonly let shift return exit break continue trap unset alias unalias wait jobs fg bg disown type hash getopts "
    "umask times caller enable compgen complete bind logout".split()
)

LOCAL_WRITERS = frozenset(
    "mkdir touch cp mv ln tar gzip gunzip bzip2 xz unxz zip unzip zstd split install mktemp truncate scp rsync".split()
)
"""Programs that write files: harmless while every path is below the working folder."""
