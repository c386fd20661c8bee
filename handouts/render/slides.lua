-- What `make slides` keeps of the sheets: the title, the pictures, and the excerpts of the programs,
-- each with the heading that it stands under and the file that it is from.
function Pandoc(document)
	local slides, title, heading, file = {}, nil, nil, nil
	local function slide(name, block)
		slides[#slides + 1] = pandoc.Header(2, name)
		slides[#slides + 1] = block
	end
	for _, block in ipairs(document.blocks) do
		pandoc.walk_block(block, {
			Link = function(link) file = link.target:match("([^/]+/[^/]+/[%w-]+%.%a+)$") or file end,
			Image = function(image) slide(title.content, pandoc.Para({image})) end
		})
		if block.t == "Header" and block.level == 1 then
			title, heading, file = block, block, nil
			slides[#slides + 1] = pandoc.Header(1, block.content)
		elseif block.t == "Header" then
			heading = block
		elseif block.t == "CodeBlock" and (block.classes[1] == "c" or block.classes[1] == "idl") then
			slide({pandoc.Code(file or "")}, block)
		end
	end
	return pandoc.Pandoc(slides, {title = "Interprocess communication"})
end
