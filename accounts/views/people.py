"""Clients of an account, and the ways to reach them."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import people
from accounts.forms.clients import ClientForm, NewClientForm
from accounts.forms.contacts import KINDS, ContactForm, NewContactForm
from accounts.models import Client, ContactPoint
from accounts.once import once

from .pages import account_of, back_to, form_page, say_saved, turned_away, within


def client_new(request, pk):
    account = account_of(request, pk)
    if away := turned_away(request, account):
        return away
    form = NewClientForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with once(form.key, "client_added", request.user) as done:
            if not done:
                people.add_client(account, form.instance, by=request.user, detail={"form": str(form.key)})
        messages.success(request, _("%(record)s added.") % {"record": form.instance.name})
        return back_to(account)
    return form_page(request, account, form, _("Add a client"), _("Add client"))


def client_edit(request, pk):
    with transaction.atomic():
        client = get_object_or_404(within(request, Client.objects.select_related("account")), pk=pk)
        if away := turned_away(request, client.account):
            return away
        name = client.name
        form = ClientForm(request.POST or None, instance=client)
        if request.method == "POST" and form.is_valid():
            if form.changed:
                form.save()
                people.client_edited(client, form.changed, by=request.user)
            say_saved(request, form, client.name)
            return back_to(client.account)
    return form_page(
        request,
        client.account,
        form,
        _("Edit %(name)s") % {"name": name},
        _("Save client"),
        record=f"client-{client.pk}",
    )


@transaction.atomic
def contact_new(request, pk):
    client = get_object_or_404(within(request, Client.objects.select_related("account")), pk=pk)
    if away := turned_away(request, client.account, told=True):
        return away
    kind = request.POST.get("kind") or request.GET.get("kind")
    kind = kind if kind in ContactPoint.Kind.values else ContactPoint.Kind.EMAIL
    form = NewContactForm(request.POST or None, kind=kind, by=request.user)
    if request.method == "POST" and form.is_valid():
        with once(form.key, "contact_added", request.user) as done:
            if not done:
                people.add_contact(client, form.instance, by=request.user, detail={"form": str(form.key)})
        messages.success(
            request,
            _("%(kind)s of %(client)s added.") % {"kind": form.instance.get_kind_display(), "client": client.name},
        )
        return back_to(client.account)
    here = reverse("contact_new", args=[client.pk])
    kinds = [(label, f"{here}?kind={value}", value == kind) for value, label in KINDS]
    return form_page(
        request,
        client.account,
        form,
        _("How to reach %(client)s") % {"client": client.name},
        _("Add contact"),
        "accounts/contact_new.html",
        kinds=kinds,
    )


def contact_edit(request, pk):
    with transaction.atomic():
        points = ContactPoint.objects.select_related("client__account")
        point = get_object_or_404(within(request, points, "client__account"), pk=pk)
        before = point.consent_on
        form = ContactForm(request.POST or None, instance=point, kind=point.kind, by=request.user)
        if request.method == "POST" and form.is_valid():
            if form.changed:
                form.save()
                people.contact_edited(point, form.changed, before, by=request.user)
            told = {"kind": point.get_kind_display(), "client": point.client.name}
            say_saved(request, form, _("%(kind)s of %(client)s") % told)
            return back_to(point.client.account)
    kind = point.get_kind_display()
    title = _("%(kind)s of %(client)s") % {"kind": kind, "client": point.client.name}
    record = f"contactpoint-{point.pk}"
    return form_page(request, point.client.account, form, title, _("Save contact"), point=point, record=record)
