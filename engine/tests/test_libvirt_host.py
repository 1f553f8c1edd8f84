"""A host of libvirt, from Python: its schema asked for every kind of domain, and what the command line cannot wait for.

The test driver lives in the process here, or in a file's host.
"""

from __future__ import annotations

from pathlib import Path
from queue import SimpleQueue
from types import ModuleType
from xml.etree import ElementTree as ET

import pytest

from xvmgate.engine.facts import given
from xvmgate.engine.plan import make_plan
from xvmgate.engine.request import InstallRequest
from xvmgate.engine.view import imagined
from xvmgate.guests.domain import as_text, install_domain, installed_domain
from xvmgate.guests.identity import new_identity
from xvmgate.guests.installing import carry_out
from xvmgate.guests.libvirt_host import Domains, HostError, LibvirtHost
from xvmgate.guests.lifecycle import Event, Life, Outcome

FILES = ["/boot/platform/i86xpv/kernel/amd64/unix", "/boot/platform/i86xpv/kernel/unix", "/boot/x86.miniroot",
         "/boot/amd64/x86.miniroot"]  # fmt: skip
PV = InstallRequest("domu-220", 1024, "pv", "0:16:3E:a:0:1", "/export/snv.iso", disks=("/dev/zvol/dsk/root", "/b.img"))
HVM = InstallRequest("domu-222", 512, "hvm", None, None, "/export/s10.iso", disks=("/a", "/b", "/c"), autocf="/js.img")
REQUESTS = [
    PV,
    PV._replace(ram=512, networks=("bridge:br0", "network:lab"), vcpus=4, extra_args="-B a='x, <y>',b=\"it's, &\""),
    HVM,
    HVM._replace(cdrom=None, pxe=True, autocf=None, nographics=True),
]


def domains(request: InstallRequest) -> Domains:
    """Return both forms of a guest, on an imagined Nevada ISO."""
    plan = make_plan(request, given(64, {}, None), imagined("iso", FILES))
    identity = new_identity(request)
    forms = (install_domain(request, plan, identity), installed_domain(request, plan, identity))
    return Domains(identity.uuid, *map(as_text, forms))


@pytest.mark.parametrize("request_", REQUESTS)
def test_libvirt_s_own_schema(request_: InstallRequest, libvirt: ModuleType) -> None:
    """It validates, and what it keeps is what it was told."""
    host = libvirt.open("test:///default")
    guest = domains(request_)
    for text in (guest.install, guest.installed):
        domain = host.defineXMLFlags(text, libvirt.VIR_DOMAIN_DEFINE_VALIDATE)
        kept, told = ET.fromstring(domain.XMLDesc()), ET.fromstring(text)
        for path in ("os/kernel", "os/initrd", "os/cmdline", "os/type", "bootloader", "uuid"):
            assert kept.findtext(path) == told.findtext(path)
        for path in ("devices/disk/target", "devices/interface/mac", "os/boot"):
            both = ([tuple(item.attrib.items()) for item in root.iterfind(path)] for root in (kept, told))
            first, second = both if path == "os/boot" else map(sorted, both)  # it sorts devices
            assert first == second
        domain.undefine()
    with pytest.raises(libvirt.libvirtError, match="schema"):
        host.defineXMLFlags(guest.install.replace("<os>", "<so/><os>"), libvirt.VIR_DOMAIN_DEFINE_VALIDATE)


def test_the_time_is_up(libvirt: ModuleType) -> None:
    """The guest goes on, and what it will be is defined."""
    other = libvirt.open("test:///default")
    events: SimpleQueue[Event] = SimpleQueue()
    with LibvirtHost("test:///default", events) as host:
        host.take_on(domains(PV))
        life = carry_out(host, events, Life(), patience=0.1)
        domain = other.lookupByName(PV.name)
        assert (life.outcome, domain.isActive(), domain.isPersistent()) == (Outcome.LATE, 1, 1)
        domain.destroy()
        domain.undefine()


def test_a_definition_that_is_refused_leaves_nothing(libvirt: ModuleType) -> None:
    """The guest runs already when its installed form is refused: it is stopped."""
    other = libvirt.open("test:///default")
    events: SimpleQueue[Event] = SimpleQueue()
    guest = domains(PV)
    with LibvirtHost("test:///default", events) as host:
        host.take_on(guest._replace(installed=guest.installed.replace("<os>", "<so/><os>")))
        life = carry_out(host, events, Life())
        assert (life.outcome, life.stuck) == (Outcome.FAILED, "")
        assert "schema" in life.text
        assert [domain.name() for domain in other.listAllDomains()] == ["test"]


def test_a_defect_of_ours_leaves_nothing(libvirt: ModuleType) -> None:
    """Whatever is raised while a guest is led through its life, it is taken back."""
    other = libvirt.open("test:///default")
    events: SimpleQueue[Event] = SimpleQueue()

    def told(life: Life, event: Event) -> None:
        if life.defined:
            raise RuntimeError(str(event))

    with LibvirtHost("test:///default", events) as host:
        host.take_on(domains(PV))
        with pytest.raises(RuntimeError):
            carry_out(host, events, Life(), None, told)
        assert [domain.name() for domain in other.listAllDomains()] == ["test"]


NODE = """<node><domain type="xen"><name>domu-220</name><memory>1024</memory>
<os><type arch="x86_64" machine="xenpv">linux</type></os></domain></node>"""


@pytest.mark.usefixtures("libvirt")
def test_a_prepared_host(tmp_path: Path) -> None:
    """Guests of a host's file are there; another file is none."""
    (tmp_path / "node.xml").write_text(NODE)
    with LibvirtHost(f"test://{tmp_path}/node.xml", SimpleQueue()) as host:
        assert (host.has("domu-220"), host.has("test")) == (True, False)
        assert host.remote is None
    (tmp_path / "node.xml").write_text("<node")
    with pytest.raises(HostError, match=f"^test://{tmp_path}/node.xml: cannot be connected to: "):
        LibvirtHost(f"test://{tmp_path}/node.xml", SimpleQueue())
