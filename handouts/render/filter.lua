-- What pandoc is to do with a sheet on its way to HTML: a link to another sheet leads to its HTML, one
-- to a PDF or to what lies beside the course page stays, a link to a source stays as words, what is typed in a transcript is bold, a wide table scrolls.
function Link(link)
	if link.target:match("^%a+:") or link.target:match("^#") then return nil end
	if link.target:match("%.pdf$") or link.target:match("%.html$") or link.target:match("^downloads/") then return nil end
	local sheet, part = link.target:match("^([%w-]+)%.md(.*)$")
	if not sheet then return pandoc.Code(pandoc.utils.stringify(link)) end
	link.target = (sheet == "README" and "index" or sheet) .. ".html" .. part
	return link
end

local function escape(text)
	return (text:gsub("[&<>]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }))
end

function CodeBlock(block)
	if block.classes[1] ~= "console" then return nil end
	local lines = {}
	for line in (block.text .. "\n"):gmatch("(.-)\n") do
		local prompt, typed = line:match("^(%d?[$>] )(.*)$")
		lines[#lines + 1] = prompt and escape(prompt) .. "<b>" .. escape(typed) .. "</b>" or escape(line)
	end
	return pandoc.RawBlock("html", "<pre><code>" .. table.concat(lines, "\n") .. "</code></pre>")
end

function Table(tbl)
	return { pandoc.RawBlock("html", '<div class="table">'), tbl, pandoc.RawBlock("html", "</div>") }
end

-- the sheets whose pair runs on Linux itself: `make handouts` puts a trace of it beside the sheet
local traced = { pipes = "posix", fifo = "posix", mqueue = "posix", shm = "posix", alpc = "model" }

function Pandoc(doc)
	doc.meta.pagetitle = doc.blocks[1].content
	local topic = PANDOC_STATE.input_files[1]:match("^(%w+)%.md$")
	if traced[topic] then
		local page = topic .. "-" .. traced[topic] .. ".html"
		doc.blocks:insert(pandoc.Para({ pandoc.Str("A real run, drawn call by call: "),
			pandoc.Link(pandoc.Str("what waits for what, when"), page) }))
	end
	return doc
end
