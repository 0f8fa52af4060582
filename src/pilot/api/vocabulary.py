"""The names that APIs use, folded: no case, no punctuation."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


def word_list(text: str) -> tuple[str, ...]:
    """The words of a text, in order."""
    return tuple(text.split())


ASIDE = word_set(
    """error errors link links meta metadata included includes warning warnings facet facets
    aggregations filter filters column columns fields schema breadcrumbs pagination paging messages
    notices expand sort sorts parameters params debug copyright license attribution actions
    permissions units headers"""
)
"""What stands beside the records."""
LISTS = word_set(
    """data items item results result records record rows row entries entry value values hits list
    objects entities elements features nodes edges content contents resources collection members
    docs documents payload response objectlist member"""
)
"""What lists of records are called."""
ENVELOPE = word_set(
    """status statuscode code cod message msg success ok count cnt total totalcount totalresults
    totalpages pages page perpage pagesize limit offset skip size next previous prev first last
    hasmore more cursor nextcursor took timedout version timestamp time object type kind self url
    jsonrpc apiversion etag nextpagetoken"""
)
"""What an answer says about itself."""
HEADS = word_list(
    """columns fields header headers names cols columnheaders rowtype schema meta variables keys"""
)
"""How a list is called that names the values of rows."""
NAMING = word_list("name fieldName field_name columnName column_name field id key label title")
"""What holds the name, where that list holds objects."""
IDENTITY = word_set("id uuid guid slug sku isbn")

NEXT_LINK = word_set(
    """next nexturl nextlink nextpage nextpageurl nextpagelink nextpageuri odatanextlink nexthref
    nexturi nextrecordsurl nextresultsurl nextpath"""
)
HAS_MORE = word_set(
    """hasmore hasnext hasnextpage more moreresults hasmoreitems hasmorepages moreavailable
    moredataavailable exceededtransferlimit hasmoreresults morerecords nextpageexists ismore hasmoredata"""
)
IS_LAST = word_set("""islast islastpage last lastpage done complete endofrecords endoflist isend finished""")
TOTAL = word_set(
    """total totalcount totalresults totalitems totalrecords totalelements totalsize totalhits
    totalrows recordstotal numfound odatacount nbhits totalobjects totalentries countotal itemstotal
    resultstotal hitstotal"""
)
MAYBE_TOTAL = word_set("""count size length found matches results numresults resultcount recordcount""")
"""How many there are in all, or how many are on this page: only the numbers tell."""
TOTAL_PAGES = word_set(
    """totalpages pages pagecount lastpage pagetotal numpages nbpages totalpage maxpage numberofpages
    pagestotal"""
)
PAGE = word_set("page currentpage pagenumber pageno pageindex pagenum pageid number")
OFFSET = word_set("""offset skip start startat startindex startindx from skipped startrow
    resultoffset""")
SIZE = word_set("""limit perpage pagesize size itemsperpage maxresults take pagelimit top rows max""")
NOT_NEXT = ("prev", "previous", "before", "first", "self", "last", "start")
CURSOR = (
    "cursor",
    "continuation",
    "continue",
    "nexttoken",
    "pagetoken",
    "bookmark",
    "marker",
    "scrollid",
    "endcursor",
)

SIZE_PARAMS = word_list(
    """limit per_page page_size pageSize perPage size count maxResults take _limit $top top rows
    page[size] page[limit] itemsPerPage"""
)
SIZE_GUESSES = word_list("per_page limit page_size pageSize size perPage")
CURSOR_PARAMS = word_list(
    """cursor after page_token pageToken start_cursor starting_after next_token nextToken next
    pagination_token continuation_token continuationToken page_cursor page[cursor] page[after] bookmark
    marker scroll_id page"""
)
OTHER_OFFSETS = word_list("$offset $skip skip start startIndex startAt _start from resultOffset")
OTHER_PAGES = word_list("pageNumber page_number pageNo page_no pageNum pageIndex p page[number]")
"""Names of what pages, where nothing in an answer tells them and the most usual ones were ignored."""
LAST_ID_PARAMS = word_list("starting_after after after_id since_id last_id cursor")
# The parameter that usually sets the page size where this one says where to start.
SIZE_BESIDE = {
    "skip": "limit",
    "$skip": "$top",
    "$offset": "$limit",
    "resultOffset": "resultRecordCount",
    "_start": "_limit",
    "startAt": "maxResults",
    "startIndex": "count",
    "from": "size",
    "start": "limit",
    "page[offset]": "page[limit]",
}
